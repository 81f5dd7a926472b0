import { type Page, test } from '@playwright/test';
import { type Landscape, startLandscape } from '../harness/landscape.ts';

let landscape: Landscape;

test.use({ viewport: { width: 1100, height: 800 }, deviceScaleFactor: 1, contextOptions: { reducedMotion: 'reduce' } });
test.beforeAll(async () => {
	landscape = await startLandscape({ runtime: 'node' });
});
test.afterAll(() => landscape.stop());

const take = (page: Page, name: string) => page.screenshot({ path: `docs/screenshots/${name}.png`, fullPage: true });

/** From the login page to the code, and to the wallet that it leads to. */
async function shareAs(page: Page, person: RegExp): Promise<void> {
	const wallet = await page.context().newPage();
	await wallet.goto((await page.getByRole('link', { name: 'Open wallet on this device' }).getAttribute('href')) ?? '');
	await wallet.getByRole('radio', { name: person }).check();
	await wallet.getByRole('button', { name: 'Share' }).click();
	await wallet.close();
}

async function startWallet(page: Page): Promise<void> {
	await page.goto(`${landscape.url}/login`);
	await page.locator('form[action="/login/wallet?/start"] button').click();
	await page.getByRole('img').first().waitFor();
}

test('the ways in, the code, and what the account page shows', async ({ page }) => {
	await page.goto(`${landscape.url}/login`);
	await take(page, 'login');
	await startWallet(page);
	await take(page, 'wallet');
	await shareAs(page, /Known student/);
	await page.waitForURL(/\/account/);
	await take(page, 'account');
});

test('the confirmation of who somebody is, when a wallet is new', async ({ page }) => {
	await startWallet(page);
	await shareAs(page, /Unknown employee/);
	await page.waitForURL(/\/login\/identity/);
	await take(page, 'identity');
});
