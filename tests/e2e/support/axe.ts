import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults, run } from 'axe-core';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'EN-301-549', 'best-practice'];

declare const axe: { run: typeof run };

/** Every rule of WCAG 2.2 A and AA, EN 301 549 and axe's best practice that this page breaks as it is now. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
	// Not by a script tag: the portal's policy would refuse it.
	if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
	const { violations }: AxeResults = await page.evaluate(
		(values) => axe.run(document, { runOnly: { type: 'tag', values } }),
		tags
	);
	return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** No rule is broken on this page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
	expect(await accessibilityFaults(page), `axe-core on ${await page.title()}`).toEqual([]);
}
