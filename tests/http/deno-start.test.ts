import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startPortal } from '../harness/portal.ts';
import { spawnProgram } from '../harness/portal-process.ts';
import { runtime } from '../harness/runtime.ts';
import { denoBinary, root } from '../tasks/runtime.mjs';
import { bareEnvironment } from './support/bare-environment.ts';

interface Graph {
	roots: string[];
	modules: { specifier: string; dependencies?: { code?: { specifier: string }; isDynamic?: boolean }[] }[];
}

const build = join(root, 'build', 'deno');

/** A module of the build and everything that it imports statically. */
async function staticImports(module: string): Promise<string[]> {
	const args = ['info', '--json', '--no-config', join(build, module)];
	const { stdout } = await promisify(execFile)(denoBinary(), args, { maxBuffer: 16 * 1024 ** 2 });
	const { roots, modules } = JSON.parse(stdout) as Graph;
	const bySpecifier = new Map(modules.map((one) => [one.specifier, one]));
	const found = new Set(roots);
	for (const specifier of found) {
		for (const { code, isDynamic } of bySpecifier.get(specifier)?.dependencies ?? [])
			if (code && !isDynamic) found.add(code.specifier);
	}
	return [...found];
}

async function hooks(): Promise<string> {
	const chunks = join('server', 'chunks');
	const names = await readdir(join(build, chunks));
	return join(chunks, names.find((name) => /^hooks\.server-.*\.js$/.test(name)) ?? 'no hooks');
}

describe.skipIf(runtime !== 'deno')('what Deno imports at its start', () => {
	test("includes no page, no endpoint, no Redis client, and none of Node's modules that Deno takes long to create", async () => {
		const imported = [...(await staticImports('index.js')), ...(await staticImports(await hooks()))];
		expect(imported).toContainEqual(expect.stringMatching(/\/server\/manifest\.js$/));
		expect(imported.filter((file) => /\/chunks\/(\d+|_server|_page|redis)\b/.test(file))).toEqual([]);
		expect(imported.filter((file) => /^node:(crypto|fs|http|https|net|process|stream|util|zlib)/.test(file))).toEqual(
			[]
		);
	});
});

test.skipIf(runtime !== 'deno')(
	'DENO_KV=default outside Deno Deploy is logged as a store of this machine only',
	async () => {
		const folder = await mkdtemp(join(tmpdir(), 'portal-deno-dir-'));
		onTestFinished(() => rm(folder, { recursive: true, force: true }));
		const portal = await startPortal({ runtime, env: { ...bareEnvironment, DENO_DIR: folder, DENO_KV: 'default' } });
		expect(await portal.stop()).toBe(0);
		expect(portal.logs()).toMatch(/"WARN".*outside Deno Deploy.*DENO_DIR/);
		expect((await readdir(folder)).includes('location_data')).toBe(true);
	}
);

describe.skipIf(runtime !== 'deno')('the server of the Deno build, without its launcher', () => {
	test.each([
		['--unstable-no-legacy-abort', [], {}],
		['--unstable-kv', ['--unstable-no-legacy-abort'], { DENO_KV: 'default' }]
	])('does not start without %s, and names the flag', async (flag, given, more) => {
		const started = spawnProgram(
			[denoBinary(), 'run', '--allow-all', '--no-config', ...given, join(build, 'index.js')],
			{
				...bareEnvironment,
				...more,
				DENO_NO_UPDATE_CHECK: '1',
				AUTH_URL: 'http://localhost:3000'
			}
		);
		expect(await started.ended).toBe(1);
		expect(started.logs()).toContain(`run Deno with ${flag}`);
	});
});
