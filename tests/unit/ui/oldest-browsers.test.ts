import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../../src');
const styles = readdirSync(root, { recursive: true, encoding: 'utf8' })
	.filter((name) => /\.(?:css|svelte)$/.test(name))
	.map((name) => ({ name, text: styleOf(name, readFileSync(join(root, name), 'utf8')) }));

function styleOf(name: string, text: string): string {
	const style = name.endsWith('.css') ? text : (/<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '');
	return style.replace(/\/\*[\s\S]*?\*\//g, '');
}

/** Selectors of a style, each as the whole list that stands before one `{`. */
function selectorLists(text: string): string[] {
	return [...text.matchAll(/([^{};]+)\{/g)].map(([, selectors = '']) => selectors.trim());
}

test('a selector with :has is never in a list, because Firefox 115 drops the whole list', () => {
	const lists = styles.flatMap(({ name, text }) => selectorLists(text).map((list) => `${name}: ${list}`));
	expect(lists.length).toBeGreaterThan(100);
	expect(lists.filter((list) => list.includes(':has(') && list.includes(','))).toEqual([]);
});

test('no style uses features that the oldest supported browsers lack', () => {
	const tooNew = /light-dark\(|color-mix\(|@scope|@starting-style|@property|:popover-open|^\s*&|text-box|\blh\b/m;
	expect(styles.filter(({ text }) => tooNew.test(text)).map(({ name }) => name)).toEqual([]);
});
