import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';

interface LayoutShift extends PerformanceEntry {
	readonly value: number;
	readonly hadRecentInput: boolean;
}

/** The cumulative layout shift of the page so far (Web Vitals). */
async function layoutShift(page: Page): Promise<number> {
	await page.waitForLoadState('networkidle');
	return page.evaluate(
		() =>
			new Promise<number>((resolve) => {
				let sum = 0;
				new PerformanceObserver((list) => {
					for (const entry of list.getEntries() as LayoutShift[]) if (!entry.hadRecentInput) sum += entry.value;
				}).observe({ type: 'layout-shift', buffered: true });
				// Buffered entries are delivered before the next frame has been drawn.
				requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
			})
	);
}

const sizes = {
	'a laptop': { viewport: { width: 1366, height: 620 } },
	'a phone': {
		viewport: { width: 390, height: 844 },
		userAgent: 'Mozilla/5.0 (Linux; Android 10; K) Mobile Safari/537.36'
	}
};

for (const [device, use] of Object.entries(sizes)) {
	test.describe(`pages do not shift while they load, on ${device}`, { tag: '@full' }, () => {
		test.use(use);

		test('on the login page and the wallet page', async ({ page, wallet }) => {
			await page.goto('/login');
			expect(await layoutShift(page)).toBeLessThanOrEqual(0.01);
			await wallet.start();
			await expect(page.getByText(/minutes left/)).toBeVisible();
			expect(await layoutShift(page)).toBeLessThanOrEqual(0.01);
			await wallet.open();
			await expectHeading(page, en.wallet.opened.title);
			await page.reload();
			expect(await layoutShift(page)).toBeLessThanOrEqual(0.01);
		});

		test('on the identity page and the account page', async ({ page, wallet }) => {
			await wallet.start();
			await wallet.share('unknown-employee');
			await expectHeading(page, en.identity.confirm.title);
			expect(await layoutShift(page)).toBeLessThanOrEqual(0.01);
			await page.getByRole('button', { name: en.identity.confirm.button }).click();
			await expectSignedIn(page, 'Fatima El Amrani', 'sts-wallet');
			expect(await layoutShift(page)).toBeLessThanOrEqual(0.01);
		});
	});
}
