import { expect } from '@playwright/test';
import { locales } from '../../../src/lib/i18n/index.ts';
import { addressOf, stateNames } from '../../gallery/states/index.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { test } from '../support/gallery.ts';
import { colours, sizes } from '../support/looks.ts';

const parts = [...new Set(stateNames.map((name) => name.split('/')[0] ?? ''))];
/** Six looks at a state, on a machine that has other things to do. */
const limitPerStateMs = 30_000;

for (const locale of locales) {
	for (const part of parts) {
		const states = stateNames.filter((name) => name.split('/')[0] === part);

		test(`axe-core finds nothing in any state of "${part}", in ${locale}`, { tag: '@full' }, async ({ page }) => {
			test.setTimeout(limitPerStateMs * states.length);
			const found: string[] = [];
			for (const name of states) {
				await page.goto(addressOf(name, locale));
				for (const { size, viewport } of sizes) {
					await page.setViewportSize(viewport);
					for (const { colour, media } of colours) {
						await page.emulateMedia(media);
						const faults = await accessibilityFaults(page);
						found.push(...faults.map((fault) => `${name}, ${size}, ${colour}: ${fault}`));
					}
				}
			}
			expect(found).toEqual([]);
		});
	}
}
