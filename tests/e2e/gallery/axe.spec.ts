import { expect } from '@playwright/test';
import { locales } from '../../../src/lib/i18n/index.ts';
import { addressOf, stateNames } from '../../gallery/states/index.ts';
import { pairwise } from '../../harness/pairwise.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { test } from '../support/gallery.ts';
import { colours, sizes } from '../support/looks.ts';

/** For a machine that has other things to do. */
const LIMIT_PER_LOOK_MS = 15_000;

/** Every state in both languages; colours and sizes are combined pairwise with these. */
const pages = locales.flatMap((locale) => stateNames.map((name) => ({ name, locale })));
const looks = pairwise({ page: pages, colour: colours, size: sizes });

const parts = [...new Set(stateNames.map((name) => name.split('/')[0] ?? ''))];
for (const locale of locales) {
	for (const part of parts) {
		const own = looks.filter(({ page }) => page.locale === locale && page.name.split('/')[0] === part);

		test(`axe-core finds no violations in any state of "${part}", in ${locale}`, async ({ page }) => {
			test.setTimeout(LIMIT_PER_LOOK_MS * own.length);
			const found: string[] = [];
			let shown = '';
			for (const { page: state, colour, size } of own) {
				const address = addressOf(state.name, locale);
				if (address !== shown) await page.goto(address);
				shown = address;
				await page.setViewportSize(size.viewport);
				await page.emulateMedia(colour.media);
				const faults = await accessibilityFaults(page);
				found.push(...faults.map((fault) => `${state.name}, ${size.size}, ${colour.colour}: ${fault}`));
			}
			expect(found).toEqual([]);
		});
	}
}
