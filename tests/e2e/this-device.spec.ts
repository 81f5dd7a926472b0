import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { en } from './support/texts.ts';

test(
	'the link to the wallet can be copied, and the page tells so',
	{ tag: '@full' },
	async ({ page, context, wallet }) => {
		await context.grantPermissions(['clipboard-read', 'clipboard-write']);
		await wallet.start();
		await page.getByRole('button', { name: en.wallet.scan.copy }).click();
		await expect(page.getByRole('status')).toHaveText(en.wallet.scan.copied);
		const link = page.getByRole('link', { name: en.wallet.scan.open });
		expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await link.getAttribute('href'));
	}
);

test.describe('on a phone', { tag: '@full' }, () => {
	test.use({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });

	test('(a11y 2) the link that opens the wallet comes before the code', async ({ page, wallet }) => {
		await wallet.start();
		const link = await page.getByRole('link', { name: en.wallet.scan.open }).boundingBox();
		const code = await page.getByRole('img', { name: en.wallet.scan.qrName }).boundingBox();
		expect(link?.y).toBeLessThan(code?.y ?? 0);
	});
});
