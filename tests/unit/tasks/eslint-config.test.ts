import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript-eslint';
import { expect, test } from 'vitest';
import config, { layers } from '../../../eslint.config.js';
import { root } from '../../tasks/runtime.mjs';

test('every folder and file that a rule names exists', () => {
	const patterns = config.flatMap(({ files = [] }) => files).flat();
	const named = patterns.map((pattern) => pattern.split('/').slice(0, firstGlob(pattern)).join('/'));
	expect(named.length).toBeGreaterThan(10);
	expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

function firstGlob(pattern: string): number {
	const index = pattern.split('/').findIndex((segment) => /[*{!]/.test(segment));
	return index < 0 ? Infinity : index;
}

const NEW_FEATURES = [
	'AbortSignal.any([])',
	'Array.fromAsync([])',
	'Iterator.from([])',
	'Object.groupBy([], String)',
	'Promise.withResolvers()',
	'URL.canParse("x")',
	'[1].toSorted()',
	'[1].with(0, 2)',
	'document.body.checkVisibility()',
	'document.body.showPopover()',
	'new Set([1]).union(new Set())',
	'new URLPattern("x")',
	'scheduler.yield()'
];

test('browser code cannot use features that the oldest supported browsers lack', { timeout: 60_000 }, async () => {
	const text = NEW_FEATURES.map((feature) => `void ${feature};\n`).join('');
	// Without the rules that need types, whose compiler takes many seconds to start.
	const browserRules = config.filter(({ files = [] }) => files.flat().includes('src/lib/**'));
	const eslint = new ESLint({
		cwd: root,
		overrideConfigFile: true,
		overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: ts.parser } }, ...browserRules]
	});
	const [result] = await eslint.lintText(text, { filePath: join(root, 'src/lib/wallet/pause.ts') });
	const reported = new Set(result?.messages.map(({ line }) => line));
	expect(NEW_FEATURES.filter((_, index) => !reported.has(index + 1))).toEqual([]);
});

test('only one module reads the wall clock', async () => {
	const rules = config.filter(({ files = [] }) =>
		['src/**', 'src/lib/server/clock.ts'].some((name) => files.flat().includes(name))
	);
	const eslint = new ESLint({
		cwd: root,
		overrideConfigFile: true,
		overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: ts.parser } }, ...rules]
	});
	const reports = async (file: string) => {
		const results = await eslint.lintText('void Date.now();\nvoid new Date();\n', { filePath: join(root, file) });
		return results.flatMap(({ messages }) => messages.map(({ line }) => line));
	};
	expect(await reports('src/lib/server/readiness.ts')).toEqual([1, 2]);
	expect(await reports('src/lib/server/clock.ts')).toEqual([]);
});

test.each(['src/lib/server/http/x.ts', 'src/routes/x/+server.ts'])(
	'%s must read its settings from the configuration, not from the environment',
	async (file) => {
		const rules = config.filter(({ files = [] }) => files.flat().includes('src/lib/server/**'));
		const eslint = new ESLint({
			cwd: root,
			overrideConfigFile: true,
			overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: ts.parser } }, ...rules]
		});
		const results = await eslint.lintText('void process.env.X;\n', { filePath: join(root, file) });
		expect(results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId))).toEqual([
			'no-restricted-properties'
		]);
	}
);

const directions = config.filter(({ rules = {} }) => {
	const names = Object.keys(rules);
	return names.length > 0 && names.every((name) => name.startsWith('no-restricted-'));
});

async function messagesOf(file: string, text: string): Promise<string[]> {
	const eslint = new ESLint({
		cwd: root,
		overrideConfigFile: true,
		overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: ts.parser } }, ...directions]
	});
	const results = await eslint.lintText(text, { filePath: join(root, file) });
	return results.flatMap(({ messages }) => messages.map(({ message }) => message));
}

test('the layers match the folders and files of lib/server', () => {
	const present = readdirSync(join(root, 'src/lib/server'));
	expect(layers.toSorted(), '`layers` in eslint.config.js').toEqual(present.toSorted());
});

test('the layers match the table of lib/server in docs/architecture.md, which lists them highest first', () => {
	const [, section = ''] = readFileSync(join(root, 'docs/architecture.md'), 'utf8').split('\n### lib/server\n');
	const [table = ''] = section.split('\n## ');
	const firstCells = [...table.matchAll(/^\| (`[^|]+)\|/gm)].map(([, cell = '']) => cell);
	const names = firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+?)\/?`/g)].map(([, name = '']) => name));
	expect(names, 'the table in docs/architecture.md').toEqual(layers.toReversed());
});

test.each(['src/lib/server/newcomer.ts', 'src/lib/server/newcomers/x.ts', 'src/lib/server/newcomers/deeper/x.ts'])(
	'%s has to be placed in the layers and in the table first',
	async (file) => {
		const [message, ...others] = await messagesOf(file, 'export const one = 1;');
		expect(message).toMatch(/`layers` in eslint\.config\.js.*docs\/architecture\.md/);
		expect(others).toEqual([]);
	}
);

test.each([
	['src/lib/server/store/x.ts', "import '../auth/x';"],
	['src/lib/server/store/x.ts', "import '$lib/server/auth/x';"],
	['src/lib/server/store/deeper/x.ts', "import '../../auth/x';"],
	['src/lib/server/store/x.ts', "void import('../auth/x');"],
	['src/lib/server/config/index.ts', "import '../auth/x';"],
	['src/lib/server/config/parse.ts', "import '../auth/x';"],
	['src/lib/server/config/parse.ts', "import '$env/dynamic/private';"],
	['src/lib/server/log.ts', "import './config';"],
	['src/lib/server/log.ts', "import './metrics';"],
	['src/lib/server/handles/x.ts', "import '../../../entry/listen';"],
	['src/lib/server/handles/x.ts', "import '../../../doctor/http';"],
	['src/lib/server/handles/x.ts', "import '../../../routes/x';"],
	['src/entry/x.ts', "import '../lib/server/auth/x';"],
	['src/entry/node/x.ts', "void import('../../lib/server/auth/x');"],
	['src/lib/ui/x.ts', "import '$lib/server/log';"],
	['src/lib/wallet/x.ts', "import '$lib/ui/x';"],
	['src/lib/i18n/x.ts', "import '../wallet/x';"]
])('%s must not contain %s', async (file, text) => {
	expect(await messagesOf(file, text)).toHaveLength(1);
});

test.each([
	['src/lib/server/auth/x.ts', "import '../store';"],
	['src/lib/server/auth/x.ts', "void import('../store/redis');"],
	['src/lib/server/config/index.ts', "import '$env/dynamic/private';"],
	['src/entry/node/x.ts', "import '../listen';"],
	['src/doctor/x.ts', "import '../lib/server/auth/x';"],
	['src/lib/ui/x.ts', "import '$lib/wallet/x';"]
])('%s may contain %s', async (file, text) => {
	expect(await messagesOf(file, text)).toEqual([]);
});

test.each([
	['src/lib/server/x.ts', String.raw`/gzip\s*(?!\s*;\s*q=0)(?:[,;]|$)/i`],
	['src/lib/server/x.ts', String.raw`/[\w.]+@[\w.]+$/`],
	['src/lib/ui/x.svelte.ts', String.raw`/=+$/`],
	['static/x.js', String.raw`/^(?:a+)+$/`]
])('%s must not contain %s, whose time grows faster than the text', async (file, pattern) => {
	const rules = config.filter(({ plugins = {} }) => 'regexp' in plugins);
	const eslint = new ESLint({
		cwd: root,
		overrideConfigFile: true,
		overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: ts.parser } }, ...rules]
	});
	const [result] = await eslint.lintText(`export const pattern = ${pattern};`, { filePath: join(root, file) });
	expect(result?.messages.map(({ ruleId }) => ruleId)).toEqual([expect.stringMatching(/^regexp\/no-super-linear/)]);
});
