import { expect } from '@playwright/test';
import { locales } from '../../../src/lib/i18n/index.ts';
import { addressOf, stateNames } from '../../gallery/states/index.ts';
import { test } from '../support/gallery.ts';
import {
	enlargeText,
	lengthenWords,
	readClipped,
	readFocus,
	readOutsideCards,
	readSmallTargets,
	spaceText
} from '../support/measure.ts';

const phone = { width: 320, height: 640 };
/** A window of 1280 × 1024 pixels at 400 %. */
const zoomed = { width: 320, height: 256 };

test.describe('every state', () => {
	test.setTimeout(8 * 60_000);

	for (const locale of locales) {
		test(`(a11y 24, 25) fits 320 px with wide text spacing, and has large enough targets, in ${locale}`, async ({
			page
		}) => {
			const found: string[] = [];
			await page.setViewportSize(phone);
			for (const name of stateNames) {
				await page.goto(addressOf(name, locale));
				found.push(...(await readSmallTargets(page)).map((target) => `${name}, small: ${target}`));
				found.push(...(await readClipped(page)).map((part) => `${name}, plain: ${part}`));
				await spaceText(page);
				found.push(...(await readClipped(page)).map((part) => `${name}, spaced: ${part}`));
			}
			expect(found).toEqual([]);
		});
	}

	test('(a11y 25) breaks words of 26 letters in buttons, headings and terms at 320 px', async ({ page }) => {
		const found: string[] = [];
		await page.setViewportSize(phone);
		for (const name of stateNames) {
			await page.goto(addressOf(name, 'nl'));
			await lengthenWords(page);
			const wrong = [...(await readClipped(page)), ...(await readOutsideCards(page))];
			found.push(...wrong.map((part) => `${name}: ${part}`));
		}
		expect(found).toEqual([]);
	});

	for (const viewport of [
		{ width: 390, height: 844 },
		{ width: 1366, height: 620 }
	]) {
		test(`(a11y 25) keeps controls inside their cards with 200 % text size, at ${viewport.width} px`, async ({
			page
		}) => {
			const found: string[] = [];
			await page.setViewportSize(viewport);
			for (const name of stateNames) {
				await page.goto(addressOf(name, 'nl'));
				await enlargeText(page);
				const wrong = [...(await readClipped(page)), ...(await readOutsideCards(page))];
				found.push(...wrong.map((part) => `${name}: ${part}`));
			}
			expect(found).toEqual([]);
		});
	}

	for (const colorScheme of ['light', 'dark'] as const) {
		test(`(a11y 24) shows the keyboard focus, not covered by anything, at 400 % in ${colorScheme}`, async ({
			page
		}) => {
			const found: string[] = [];
			await page.emulateMedia({ colorScheme });
			await page.setViewportSize(zoomed);
			for (const name of stateNames) {
				await page.goto(addressOf(name, 'nl'));
				let visited = 0;
				for (; visited < 60; visited++) {
					await page.keyboard.press('Tab');
					const focus = await readFocus(page);
					if (focus === null) break;
					const { ringPx, contrast, isCovered, isInView } = focus;
					const isGood = ringPx >= 2 && contrast >= 3 && !isCovered && isInView;
					if (!isGood) found.push(`${name}: ${JSON.stringify(focus)}`);
				}
				if (visited < 3) found.push(`${name}: only ${visited} controls were reached`);
			}
			expect(found).toEqual([]);
		});
	}

	test('(a11y 10) has no motion if reduced motion is preferred, and only decorative motion otherwise', async ({
		page
	}) => {
		const moving = () =>
			document
				.getAnimations()
				.filter(({ playState }) => playState === 'running')
				.map(({ effect }) =>
					effect instanceof KeyframeEffect && effect.target?.closest('[aria-hidden=true]') ? 'ornament' : 'content'
				);
		const found: string[] = [];
		for (const name of stateNames) {
			await page.emulateMedia({ reducedMotion: 'no-preference' });
			await page.goto(addressOf(name, 'en'));
			found.push(
				...(await page.evaluate(moving)).filter((what) => what === 'content').map((what) => `${name}: ${what}`)
			);
			await page.emulateMedia({ reducedMotion: 'reduce' });
			found.push(...(await page.evaluate(moving)).map((what) => `${name}, reduced: ${what}`));
		}
		expect(found).toEqual([]);
	});
});
