import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tokens } from '$lib/server/config/palette';

const root = join(import.meta.dirname, '../../../src');
const styles = readdirSync(root, { recursive: true, encoding: 'utf8' })
	.filter((name) => /\.(?:css|svelte)$/.test(name))
	.map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

const used = styles.flatMap(({ name, text }) =>
	[...text.matchAll(/var\(\s*(--[\w-]+)/g)].map(([, property = '']) => ({ name, property }))
);

test('every custom property that a style uses is set by the theme or in the file of sizes', () => {
	const set = new Set(styles.flatMap(({ text }) => [...text.matchAll(/^\s*(--[\w-]+):/gm)].map(([, name]) => name)));
	for (const token of tokens) set.add(`--${token}`);
	expect(used.length).toBeGreaterThan(100);
	expect(used.filter(({ property }) => !set.has(property))).toEqual([]);
});

test('colours come only from the theme, so that an institution can change all of them', () => {
	const literal = /(?:#[\da-f]{3,8}\b|\b(?:rgb|hsl|oklch)\()/i;
	const lines = styles.flatMap(({ name, text }) =>
		text
			.split('\n')
			.flatMap((line) => (/^\s*[\w-]+:.*;$/.test(line) && literal.test(line) ? [`${name}: ${line.trim()}`] : []))
	);
	const ofPaper = /^lib\/ui\/css\/print\.css: --[\w-]+: #(?:ffffff|000000);$/;
	expect(lines.filter((line) => !ofPaper.test(line)).sort()).toEqual([
		'lib/ui/css/layout.css: box-shadow: 0 1px 2px rgb(0 0 0 / 5%);',
		'lib/ui/site-header.svelte: background: #ffffff;',
		'routes/(public)/login/wallet/scan-screen.svelte: background: #fff;'
	]);
});
