import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import * as v from 'valibot';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';
import { startOtlpReceiver } from '../harness/otlp-receiver.ts';
import { isListening, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { root } from '../tasks/runtime.mjs';
import { bareEnvironment } from './support/bare-environment.ts';

const Coverage = v.object({ result: v.array(v.object({ url: v.string() })) });

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

describe.skipIf(runtime !== 'node')('the OpenTelemetry SDK', () => {
	/** The modules of the build that a portal has loaded by the time it ends, according to Node. */
	async function loaded(env: Readonly<Record<string, string>>): Promise<string[]> {
		const folder = await mkdtemp(join(tmpdir(), 'portal-modules-'));
		try {
			const portal = await startPortal({ runtime, env: { ...bareEnvironment, ...env, NODE_V8_COVERAGE: folder } });
			await portal.stop();
			const files = await readdir(folder);
			const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
			const urls = texts.flatMap((text) => v.parse(Coverage, JSON.parse(text)).result.map(({ url }) => url));
			return urls.filter((url) => url.includes('/build/node/'));
		} finally {
			await rm(folder, { recursive: true });
		}
	}

	test('is loaded only if telemetry has a destination', async () => {
		const receiver = await startOtlpReceiver();
		const [without, withIt] = await Promise.all([loaded({}), loaded(receiver.env)]);
		await receiver.stop();
		const sdk = (urls: readonly string[]) =>
			urls.filter((url) => /\/(?:telemetry-[\w-]+|prometheus)\.js$/.test(url)).length;
		expect(without.length).toBeGreaterThan(5);
		expect([sdk(without), sdk(withIt)]).toEqual([0, 1]);
	});
});

test.skipIf(runtime !== 'node')(
	'npm start passes SIGTERM on: the portal drains, and npm exits with code 0',
	async () => {
		const command: [string, ...string[]] = ['npm', '--prefix', root, 'start'];
		const portal = await startPortal({ runtime, env: bareEnvironment, command });
		expect(await portal.stop()).toBe(0);
		expect(portal.logs()).toContain('"draining"');
		expect(await isListening(portal.port)).toBe(false);
	}
);
