import { expect } from '@playwright/test';
import { addressOf, stateNames } from '../../gallery/states/index.ts';
import { test } from '../support/gallery.ts';
import { readCode } from '../support/read-code.ts';
import { en } from '../support/texts.ts';

test.describe('in print', () => {
	test.setTimeout(5 * 60_000);

	test('the text is black, and there are no controls', async ({ page }) => {
		const found: string[] = [];
		await page.emulateMedia({ media: 'print' });
		for (const name of stateNames) {
			await page.goto(addressOf(name, 'en'));
			const wrong = await page.evaluate(() => {
				const shown = (selector: string) =>
					[...document.querySelectorAll<HTMLElement>(selector)].filter((element) => element.checkVisibility());
				const controls = shown('button, input, select, a.button, header nav, footer');
				const pale = shown('main :is(h1, h2, p, li, dt, dd)').filter(
					(element) => getComputedStyle(element).color !== 'rgb(0, 0, 0)' && element.className !== 'field-error'
				);
				const empty = shown('main').filter((main) => main.innerText.trim() === '');
				return [...controls, ...pale, ...empty].map((element) => element.outerHTML.slice(0, 80));
			});
			found.push(...wrong.map((part) => `${name}: ${part}`));
		}
		expect(found).toEqual([]);
	});

	test('the QR code can be scanned, and the help code is visible', async ({ page }) => {
		await page.emulateMedia({ media: 'print' });
		await page.goto(addressOf('wallet/scan', 'en'));
		const link = page.locator('a', { hasText: en.wallet.scan.open });
		const code = page.getByRole('img', { name: en.wallet.scan.qrName });
		expect(await readCode(page, await code.screenshot())).toBe(await link.getAttribute('href'));
		await page.goto(addressOf('error/fault', 'en'));
		await expect(page.getByText(en.site.helpCode, { exact: false }).locator('strong')).toBeVisible();
	});
});

test('(a11y 27) in forced colours, a button that is styled as a link has no border', async ({ page }) => {
	await page.emulateMedia({ forcedColors: 'active' });
	await page.goto(addressOf('wallet/scan', 'en'));
	const stop = page.getByRole('button', { name: en.wallet.cancel });
	const canvas = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	await expect(stop).toHaveCSS('border-top-color', canvas);
	const main = page.getByRole('link', { name: en.wallet.scan.open });
	await expect(main).not.toHaveCSS('border-top-color', canvas);
});

test('(a11y 10, 27) in forced colours, the spinner has a gap that makes its rotation visible', async ({ page }) => {
	await page.emulateMedia({ forcedColors: 'active' });
	await page.goto(addressOf('wallet/opened', 'en'));
	const colours = await page
		.locator('.spinner')
		.evaluate((spinner) => [getComputedStyle(spinner).borderTopColor, getComputedStyle(spinner).borderBottomColor]);
	expect(new Set(colours).size).toBe(2);
});

test('technical details that are closed are printed', async ({ page }) => {
	await page.emulateMedia({ media: 'print' });
	await page.goto(addressOf('account', 'en'));
	await expect(page.locator('details')).not.toHaveAttribute('open');
	await expect(page.getByText('https://refeds.org/profile/mfa')).toBeVisible();
});
