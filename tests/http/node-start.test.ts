import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';
import { runtime } from '../harness/runtime.ts';
import { root } from '../tasks/runtime.mjs';

const build = join(root, 'build', 'node');
/** What a start loads, in this order; Kit imports the hooks before it serves the first request. */
const START = ['start.js', 'server/index.js', 'server/manifest.js', 'server/hooks.js'];

const sourceOf = (file: string) => readFileSync(join(build, file), 'utf8');

/** The files that these files import statically, directly or not, without themselves. */
function staticImports(files: readonly string[]): string[] {
	const found = new Set(files);
	for (const file of found) {
		const { staticImports, staticExports } = parseSync(file, sourceOf(file)).module;
		const exported = staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest));
		for (const request of [...staticImports.map(({ moduleRequest }) => moduleRequest), ...exported])
			if (request?.value.startsWith('.')) found.add(join(dirname(file), request.value));
	}
	return [...found].slice(files.length);
}

describe.skipIf(runtime !== 'node')('what Node imports at its start', () => {
	test('is one chunk besides the runtime of rolldown', () => {
		const chunks = staticImports(START).map((file) => relative('server/chunks', file).replace(/-.{8}\.js$/, ''));
		expect(chunks.filter((name) => name !== 'rolldown-runtime')).toEqual(['initial']);
	});

	test('includes no page, no endpoint and no Redis client', () => {
		// A comment before each module has its path.
		const modules = [...START, ...staticImports(START)].flatMap(
			(file) => sourceOf(file).match(/^\/\/ \S+\.js$/gm) ?? []
		);
		expect(modules).toContainEqual(expect.stringMatching(/entries\/hooks\.server\.js$/));
		expect(modules.filter((path) => /entries\/(pages|endpoints)|server\/nodes|redis/.test(path))).toEqual([]);
	});
});
