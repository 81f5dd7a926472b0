import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { en, nl } from './support/texts.ts';

/** What an eye takes for weight: the room that a way in has, and the letters of its name. */
async function waysIn(page: Page) {
	return page.locator('section.card').evaluateAll((cards) =>
		cards.map((card) => {
			const heading = card.querySelector('h2');
			const { fontSize, fontWeight, color } = getComputedStyle(heading ?? card);
			const { width, height } = card.getBoundingClientRect();
			const size = [width, height].map(Math.round);
			return { name: heading?.textContent, size, look: [fontSize, fontWeight, color].join() };
		})
	);
}

for (const { locale, words } of [
	{ locale: 'en', words: en },
	{ locale: 'nl', words: nl }
]) {
	test.describe(`in ${locale}`, () => {
		test.use({ locale });

		for (const width of [1280, 390]) {
			test(
				`(a11y 6) both sign-in methods have the same prominence and the same order, ${width} px wide`,
				{ tag: '@full' },
				async ({ page }) => {
					await page.setViewportSize({ width, height: 800 });
					await page.goto('/login');
					const [first, second] = await waysIn(page);
					expect([first?.name, second?.name]).toEqual([words.login.institution.title, words.login.wallet.title]);
					expect(first?.look).toBe(second?.look);
					expect(first?.size[0]).toBe(second?.size[0]);
				}
			);
		}

		test(`(a11y 6) both sign-in methods have the same height side by side`, { tag: '@full' }, async ({ page }) => {
			await page.goto('/login');
			const [first, second] = await waysIn(page);
			expect(first?.size).toEqual(second?.size);
		});
	});
}
