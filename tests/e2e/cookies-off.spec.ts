import { expect } from '@playwright/test';
import { startCookielessProxy } from './support/forward-proxy.ts';
import { test as base } from './support/journey.ts';
import { errorNotice, expectHeading, expectLoginError } from './support/steps.ts';
import { en, nl } from './support/texts.ts';

/** The first page is in a browser that keeps no cookies of the portal. */
const test = base.extend({
	contextOptions: async ({ landscape, contextOptions }, use) => {
		const proxy = await startCookielessProxy(landscape.url);
		await use({ ...contextOptions, proxy: { server: proxy.url, bypass: '<-loopback>' } });
		await proxy.stop();
	},
	page: async ({ openBrowser }, use) => use(await (await openBrowser()).newPage())
});

test('without cookies, signing in at the institution ends on a login page that says what to do', async ({ page }) => {
	await page.goto('/login');
	await page.getByRole('link', { name: 'Universiteit Noord' }).click();
	await expectLoginError(page, 'cookies_required');
});

test('without cookies, signing in with the wallet ends on a login page that says what to do', async ({ page }) => {
	await page.goto('/login');
	await page.getByRole('button', { name: en.login.wallet.button }).click();
	await expect(errorNotice(page)).toContainText(/cookies/);
});

test('without cookies, the language switch changes the language of the page', async ({ page }) => {
	await page.goto('/help?x=1');
	await page.getByRole('button', { name: 'Nederlands' }).click();
	await expectHeading(page, nl.help.title);
	await page.getByRole('button', { name: 'English' }).click();
	await expectHeading(page, en.help.title);
	await expect(page).toHaveURL('/help?x=1&lang=en');
});
