import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../tasks/runtime.mjs';

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
