import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadEnv } from 'vite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { environmentNames } from '$lib/server/config/environment';
import { lowerCaseNames, secretFileNames } from '$lib/server/config/raw-environment';
import { parseConfig } from '$lib/server/config/parse';

type Variables = Readonly<Record<string, string | undefined>>;

/** `.env.example` with every variable uncommented. */
const uncommented = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8').replace(
	/^#(?=[A-Z_]+=)/gm,
	''
);
const names = [...uncommented.matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name).sort();
const elsewhere = ['NEXTAUTH_SECRET', 'NEXTAUTH_URL', ...lowerCaseNames, ...secretFileNames];

let folder = '';

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'env-example-'));
	writeFileSync(join(folder, '.env'), uncommented);
	// Vite lets the process environment win.
	for (const name of names) vi.stubEnv(name, undefined);
});

afterAll(() => {
	vi.unstubAllEnvs();
	rmSync(folder, { recursive: true });
});

const onlyNamed = (variables: Variables) => Object.fromEntries(names.map((name) => [name, variables[name]]));

function fromShell(): Variables {
	const printed = execFileSync('/bin/sh', ['-c', 'set -eua; . ./.env; exec env -0'], {
		cwd: folder,
		env: { PATH: process.env.PATH },
		encoding: 'utf8'
	});
	return Object.fromEntries(
		printed.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
	);
}

describe('.env.example with every line uncommented', () => {
	test('names every variable of the portal once, and no other', () => {
		expect(names).toEqual(environmentNames.filter((name) => !elsewhere.includes(name)).sort());
	});

	test('has the same values for node --env-file, Vite and a POSIX shell', () => {
		const fromNode = onlyNamed(parseEnv(uncommented));

		expect(onlyNamed(loadEnv('development', folder, ''))).toEqual(fromNode);
		expect(onlyNamed(fromShell())).toEqual(fromNode);
	});

	test('holds values that the configuration accepts, once AUTH_SECRET is set', () => {
		const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(48))).toString('base64');
		const config = parseConfig({ ...parseEnv(uncommented), AUTH_SECRET: secret });

		expect(config.backends).toEqual([expect.objectContaining({ name: 'grades' })]);
		expect(config.sts.scope).toBe('openid profile email eduid offline_access');
		expect(config.brand.stylesheet).toContain('#f4f6f8');
		expect(config.brand.stylesheet).toContain('#0b5566');
	});
});
