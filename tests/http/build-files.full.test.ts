import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { portalCommand, programCommand, root, runQuietly } from '../tasks/runtime.mjs';

const BUILD_LIMIT_MS = 240_000;
const clientFolder = { node: 'assets', deno: 'client' };

/** Builds for one runtime in a separate folder, and returns the digests of the files that browsers load, by path. */
async function build(adapter: 'node' | 'deno', folder: string): Promise<Map<string, string>> {
	const env = { ...process.env, ADAPTER: adapter, BUILD_FOLDER: folder, NODE_ENV: 'production' };
	expect(await runQuietly(programCommand('vite', ['build', '--logLevel', 'warn']), { env, cwd: root })).toBe(0);
	const client = join(folder, adapter, clientFolder[adapter]);
	const files = readdirSync(client, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	const paths = files
		.map(({ parentPath, name }) => join(parentPath, name))
		.filter((path) => !/\.(?:br|gz)$/.test(path));
	return new Map(
		paths
			.sort()
			.map((path) => [path.slice(client.length), createHash('sha256').update(readFileSync(path)).digest('hex')])
	);
}

// Once for both runtimes: builds share Kit's folder.
describe.skipIf(runtime === 'deno')('the builds for Node and for Deno', () => {
	let folder: string;
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'portal-builds-'));
	});
	afterAll(() => rmSync(folder, { recursive: true }));

	test(
		'have the same files for browsers, with the same bytes',
		async () => {
			const node = await build('node', folder);
			const deno = await build('deno', folder);
			expect([...node.keys()].filter((path) => path.startsWith('/_app/immutable/')).length).toBeGreaterThan(10);
			expect([...deno]).toEqual([...node]);
		},
		BUILD_LIMIT_MS
	);
});

describe('a build with the immutable files of the previous build copied into it', () => {
	const OLD = '_app/immutable/entry/start.of-the-version-before.js';
	let folder: string;
	let landscape: Landscape;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'portal-kept-'));
		const own = join(root, 'build', runtime);
		cpSync(own, folder, { recursive: true });
		writeFileSync(join(folder, clientFolder[runtime], OLD), 'export {};');
		const command = portalCommand(runtime).map((part) => part.replace(own, folder)) as [string, ...string[]];
		landscape = await startLandscape({ runtime, command });
	});
	afterAll(async () => {
		await landscape.stop();
		rmSync(folder, { recursive: true });
	});

	test('serves the immutable files of both builds', async () => {
		const login = await fetch(`${landscape.url}/login`);
		const own = /\/_app\/immutable\/[^"]+/.exec(await login.text())?.[0] ?? '';
		const responses = await Promise.all([own, `/${OLD}`].map((path) => fetch(landscape.url + path)));
		expect(responses.map(({ status, headers }) => [status, headers.get('cache-control')])).toEqual(
			Array(2).fill([200, 'public, max-age=31536000, immutable'])
		);
	});
});
