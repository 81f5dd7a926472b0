import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runtime } from '../harness/runtime.ts';
import { denoBinary, root } from '../tasks/runtime.mjs';

interface Graph {
	modules: { specifier: string }[];
}

const build = join(root, 'build', 'deno');

/** What Deno reads before it runs a module: all that is imported, and all that it can see may be imported later. */
async function readFor(module: string): Promise<string[]> {
	const { stdout } = await promisify(execFile)(denoBinary(), ['info', '--json', '--no-config', join(build, module)]);
	return (JSON.parse(stdout) as Graph).modules.map(({ specifier }) => specifier);
}

async function hooks(): Promise<string> {
	const chunks = join('server', 'chunks');
	const names = await readdir(join(build, chunks));
	return join(chunks, names.find((name) => /^hooks\.server-.*\.js$/.test(name)) ?? 'no hooks');
}

describe.skipIf(runtime !== 'deno')('what Deno reads at its start', () => {
	test('has no page, no endpoint, no hooks and no Redis client in it', async () => {
		const read = await readFor('index.js');
		expect(read).toContainEqual(expect.stringMatching(/\/server\/manifest\.js$/));
		expect(read.filter((file) => /\/chunks\/(\d+|_server|_page|hooks\.server|redis)\b/.test(file))).toEqual([]);
	});

	test('has our own store of requests in it, in place of the one that holds each of them for long', async () => {
		expect(await readFor('index.js')).toContainEqual(expect.stringMatching(/\/server\/request-stores\.js$/));
	});

	test("has none of Node's modules in it that Deno takes long to make, and the hooks have none either", async () => {
		const read = [...(await readFor('index.js')), ...(await readFor(await hooks()))];
		expect(read).toContain('node:async_hooks');
		expect(read.filter((file) => /^node:(crypto|fs|http|https|net|process|stream|util)/.test(file))).toEqual([]);
	});
});
