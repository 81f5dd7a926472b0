import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { kinds as rulesByKind } from '../../../src/lib/server/store/kinds';
import { providerShapes } from '../../http/support/provider-shapes';
import { root } from '../../tasks/runtime.mjs';
import { suites } from '../../tasks/suites.mjs';

const sources = ['src', 'tests', 'static']
	.flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
	)
	.filter((name) => /\.(?:ts|js|mjs|svelte|css)$/.test(name))
	.concat(['eslint.config.js', 'svelte.config.js', 'vite.config.ts', 'playwright.config.ts']);

test('every document that a source file cites is in the repository', () => {
	const cited = sources.flatMap((name) =>
		[...readFileSync(join(root, name), 'utf8').matchAll(/(?<![\w*])[\w./-]*\w\.md\b/g)].map(([path]) => ({
			name,
			path
		}))
	);
	expect(cited.length).toBeGreaterThan(10);
	const isThere = (name: string, path: string) =>
		existsSync(join(root, path)) || existsSync(join(root, dirname(name), path));
	expect(cited.filter(({ name, path }) => !isThere(name, path))).toEqual([]);
});

const documents = [
	...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'tests/sandbox/README.md'],
	...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.md'))
		.map((name) => join('docs', name))
];
/** The anchors of a document's headings, as code hosts make them. */
const anchorsOf = (text: string) =>
	[...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replaceAll(/[^\w\s-]/g, '')
			.replaceAll(' ', '-')
	);

test('every link from a document to a file or a heading of the repository is valid', () => {
	const links = documents.flatMap((name) =>
		[
			...readFileSync(join(root, name), 'utf8').matchAll(
				/(?:\]\(|(?:src|srcset)=")(?!https?:|mailto:|data:)([^)"\s]+)/g
			)
		].map(([, link = '']) => ({ name, link }))
	);
	expect(links.length).toBeGreaterThan(50);
	const isBroken = ({ name, link }: { name: string; link: string }) => {
		const [path = '', anchor] = link.split('#');
		const file = path === '' ? name : join(dirname(name), path);
		if (!existsSync(join(root, file))) return true;
		return anchor !== undefined && !anchorsOf(readFileSync(join(root, file), 'utf8')).includes(anchor);
	};
	expect(links.filter(isBroken)).toEqual([]);
});

test('every source file that a document names is in the repository', () => {
	const folders = ['', 'src/lib/server', 'src', 'tests'];
	const named = documents
		.filter((document) => document !== 'CHANGELOG.md')
		.flatMap((document) =>
			[
				...readFileSync(join(root, document), 'utf8').matchAll(/`([\w.()[\]+-]+\/[\w./()[\]+-]+\.(?:ts|mjs|svelte))`/g)
			].map(([, path = '']) => ({ document, path }))
		);
	expect(named.length).toBeGreaterThan(100);
	const isThere = (path: string) => folders.some((folder) => existsSync(join(root, folder, path)));
	expect(named.filter(({ path }) => !isThere(path))).toEqual([]);
});

test('docs/architecture.md has the correct number of files for its four paths, and the paths stay short', () => {
	const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
	const filesOf = (heading: string) => {
		const path = text.split(`\n### ${heading}\n`)[1]?.split(/\n##/)[0] ?? '';
		return new Set([...path.matchAll(/`([\w./()[\]+-]+\.(?:ts|svelte))`/g)].map(([, file]) => file));
	};
	const refresh = filesOf('A token refresh');
	// A portal has one of the three stores.
	for (const store of ['store/deno-kv.ts', 'store/store.ts']) expect(refresh.delete(store)).toBe(true);
	const counts = [
		filesOf('A status read').size,
		refresh.size,
		filesOf('A wallet sign-in').size,
		filesOf('A backend call').size
	];
	const documented =
		/(\d+) for a status read, (\d+) for a token refresh, (\d+) for a wallet sign-in and (\d+) for a backend call/.exec(
			text
		);
	expect(documented?.slice(1).map(Number)).toEqual(counts);
	expect(counts.every((count, index) => count <= ([31, 20, 32, 22][index] ?? 0))).toBe(true);
});

test('the documents quote the texts of pages, in curly quotes, as the dictionaries have them', () => {
	const folder = join(root, 'src/lib/i18n');
	const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => readFileSync(join(folder, name), 'utf8'))
		.join('\n');
	const quoted = documents.flatMap((document) =>
		[...readFileSync(join(root, document), 'utf8').matchAll(/“([^”]+)”/g)].map(([, text = '']) => ({ document, text }))
	);
	expect(quoted.length).toBeGreaterThan(15);
	expect(quoted.filter(({ text }) => !texts.includes(text))).toEqual([]);
});

test('README has at most 8 kB', () => {
	expect(statSync(join(root, 'README.md')).size).toBeLessThanOrEqual(8000);
});

/** The lines below the heading of level 2 that ends like this. */
function sectionOf(document: string, heading: string): string[] {
	const sections = readFileSync(join(root, document), 'utf8').split(/^## /m);
	return sections.find((text) => text.split('\n')[0]?.endsWith(heading))?.split('\n') ?? [];
}

const providers = providerShapes.filter(({ name }) => !name.startsWith('an STS'));

test.each(providers)('docs/providers.md lists the settings for $name as the tests set them', ({ name, env = {} }) => {
	const own = sectionOf('docs/providers.md', name);
	expect(own.length).toBeGreaterThan(5);
	const settings = [...sectionOf('docs/providers.md', 'Every provider'), ...own];
	const isNamed = ([variable, value = '']: [string, string | undefined]) =>
		settings.some((line) => line.includes(variable) && line.includes(value));
	expect(Object.entries(env).filter((setting) => !isNamed(setting))).toEqual([]);
});

test('docs/operations.md warns against sticky routing as an emergency measure, and docs/sessions.md links to it', () => {
	const warning = sectionOf('docs/operations.md', 'Scaling out').join('\n');
	expect(warning).toMatch(/do not switch to sticky\s+routing when the store fails/i);
	expect(sectionOf('docs/sessions.md', 'Several instances').join('\n')).toContain('#scaling-out');
});

test('docs/sessions.md lists every kind of key that the sources write to the shared store', () => {
	const table = [
		...sectionOf('docs/sessions.md', 'Several instances')
			.join('\n')
			.matchAll(/^\| `([a-z-]+:)`/gm)
	];
	const inSources = sources
		.filter((name) => /^src\/lib\/server\/(?:auth|handles|http|store|wallet)\//.test(name))
		.flatMap((name) => [
			...readFileSync(join(root, name), 'utf8').matchAll(/[`'](?:portal:)?([a-z-]+:)(?:\$\{|[a-z]+:\$\{|sessions')/g)
		])
		.map(([, prefix]) => prefix);
	expect(inSources.length).toBeGreaterThan(15);
	// The key of an instance's own map (`wallet/create-session.ts`).
	const kinds = new Set(inSources.filter((prefix) => prefix !== 'renew:'));
	expect(table.map(([, prefix]) => prefix).sort()).toEqual([...kinds].sort());
	// The others are never copied: `tokens:`, counts of the rate limits, and what checks the store.
	const copied = [...kinds].filter((prefix) => !['tokens:', 'limit:', 'verify:'].includes(prefix ?? ''));
	expect(Object.keys(rulesByKind).sort()).toEqual(copied.sort());
});

test('CONTRIBUTING.md lists every suite with its minutes', () => {
	const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
	const rows = [...text.matchAll(/^\| (\w+) +\| `npm (?:run )?test.*\| (\d+) +\|$/gm)];
	expect(rows.map(([, name, minutes]) => [name, Number(minutes)])).toEqual(
		suites.map(({ name, minutes }) => [name, minutes])
	);
});
