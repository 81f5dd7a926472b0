import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading } from './support/steps.ts';
import { en } from './support/texts.ts';

const shape = /^[\da-f]{12}$/;
const code = (page: Page) => page.getByText(en.site.helpCode, { exact: false }).locator('strong');
const copyButton = (page: Page) => page.getByRole('button', { name: en.site.copyHelpCode });

test('the button copies the help code, and confirms it once', async ({ page, context }) => {
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.goto('/nowhere');
	await expect(code(page)).toHaveText(shape);
	await copyButton(page).click();
	await expect(page.getByText(en.site.helpCodeCopied)).toHaveCount(1);
	await expect(copyButton(page)).toBeFocused();
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	expect(copied).toBe(await code(page).textContent());
});

test('the button says so if the browser does not let it copy', async ({ page }) => {
	await page.addInitScript(() => (navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))));
	await page.goto('/nowhere');
	await copyButton(page).click();
	await expect(page.getByText(en.site.helpCodeNotCopied)).toHaveCount(1);
	await expect(copyButton(page)).toBeFocused();
});

test.describe('while a page waits for its wallet', () => {
	test.use({ expectsFaults: true });

	test('a final state shows its help code, which is also in the log', async ({ page, wallet, landscape }) => {
		await wallet.start();
		await wallet.expire();
		await expectHeading(page, en.wallet.ended.expired.title);
		await expect(code(page)).toHaveText(shape);
		await expect(copyButton(page)).toBeVisible();
		const line = `"requestId":"${(await code(page).textContent()) ?? 'none'}"`;
		await expect.poll(() => landscape.portal.logs()).toContain(line);
	});
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('a help code can be selected as a whole, and there is no copy button', async ({ page }) => {
		await page.goto('/nowhere');
		await expect(code(page)).toHaveText(shape);
		await expect(code(page)).toHaveCSS('user-select', 'all');
		await expect(copyButton(page)).toHaveCount(0);
	});
});
