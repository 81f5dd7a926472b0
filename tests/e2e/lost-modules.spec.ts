import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

/** The modules of a page are gone: another version of the portal, or something in between, responds to their addresses. */
test.use({ expectsFaults: true });

const isModule = ({ pathname }: URL) => /^\/_app\/immutable\/.*\.js$/.test(pathname);
const gone = { status: 404, contentType: 'text/html', body: '<!doctype html><h1>Not found</h1>' };

/** How often a page at this path was loaded. */
function loadsOf(page: Page, path: string) {
	const loads: string[] = [];
	page.on('request', (request) => {
		if (request.isNavigationRequest() && new URL(request.url()).pathname === path) loads.push(request.method());
	});
	return () => loads.filter((method) => method === 'GET').length;
}

test('a page whose modules are missing reloads once, and then works', async ({ page, wallet }) => {
	const loads = loadsOf(page, '/login/wallet');
	await page.route(isModule, (route) => (loads() < 2 ? route.fulfill(gone) : route.continue()));
	await wallet.start();
	await expect(page.getByRole('button', { name: en.wallet.scan.copy })).toBeVisible();
	expect(loads()).toBe(2);
	await wallet.share('known-student');
	await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
});

for (const [what, isLost] of [
	['no module', isModule],
	['the layout’s module only', ({ pathname }: URL) => /\/nodes\/(?!0\.).*\.js$/.test(pathname)]
] as const) {
	const title = `a wallet page that can load ${what} follows the wallet all the same, and is not reloaded again and again`;

	test(title, { tag: '@full' }, async ({ page, wallet }) => {
		const loads = loadsOf(page, '/login/wallet');
		await page.route(isLost, (route) => route.fulfill(gone));
		await wallet.start();
		await expect.poll(loads).toBe(2);
		// It has read what the server would draw, and found nothing new.
		await page.waitForResponse((response) => new URL(response.url()).pathname === '/login/wallet/view');
		await page.waitForResponse((response) => new URL(response.url()).pathname === '/login/wallet/view');
		expect(loads()).toBe(2);
		await expectHeading(page, en.wallet.scan.title);
		await wallet.open();
		await expectHeading(page, en.wallet.opened.title);
		await wallet.share('known-student');
		await expect(page.getByRole('heading', { name: en.account.title })).toBeVisible({ timeout: 20_000 });
	});
}

test('a page is not loaded again while the portal can’t be reached', { tag: '@full' }, async ({ page, wallet }) => {
	const loads = loadsOf(page, '/login/wallet');
	const isHealth = ({ pathname }: URL) => pathname === '/api/health';
	await page.route(isModule, (route) => route.fulfill(gone));
	await page.route(isHealth, (route) => route.fulfill({ ...gone, status: 502 }));
	await wallet.start();
	for (let look = 0; look < 2; look++)
		await page.waitForResponse((response) => new URL(response.url()).pathname === '/api/health');
	expect(loads()).toBe(1);
	await page.unroute(isHealth);
	await expect.poll(loads).toBe(2);
});

test(
	'an account page whose modules are missing stays as the server rendered it',
	{ tag: '@full' },
	async ({ page }) => {
		const loads = loadsOf(page, '/account');
		await page.route(isModule, (route) => route.fulfill(gone));
		await signInAtInstitution(page);
		await expect.poll(loads).toBe(2);
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
		await page.getByRole('button', { name: en.site.signOut }).click();
		await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
	}
);
