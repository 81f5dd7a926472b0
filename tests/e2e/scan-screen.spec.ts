import { expect, type Page } from '@playwright/test';
import { texts } from '../../src/lib/i18n/index.ts';
import { test } from './support/journey.ts';
import { expectHeading } from './support/steps.ts';
import { en } from './support/texts.ts';

const code = (page: Page) => page.getByRole('img', { name: en.wallet.scan.qrName });

test('(a11y 4) a scanned code is removed, not dimmed', async ({ page, wallet }) => {
	await wallet.start();
	await expect(code(page)).toBeVisible();
	await wallet.open();
	await expectHeading(page, en.wallet.opened.title);
	await expect(code(page)).toHaveCount(0);
	await expect(page.locator('main svg')).toHaveCount(0);
});

test(
	'(a11y 13) nothing expires between the scan and the sharing',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		await page.clock.install();
		await wallet.start();
		await wallet.open();
		await expectHeading(page, en.wallet.opened.title);
		await page.clock.runFor('30:00');
		await expectHeading(page, en.wallet.opened.title);
		await expect(page.getByRole('alert')).toHaveCount(0);
		expect(sandbox.count('bridge.create')).toBe(1);
	}
);

for (const locale of ['en', 'nl'] as const) {
	const { explain, explainQr, explainWallet, scan } = texts(locale).wallet;

	test(
		`(a11y 5) the steps are a numbered list, and terms are explained once, in ${locale}`,
		{ tag: locale === 'nl' ? ['@full'] : [] },
		async ({ page, wallet }) => {
			await wallet.start();
			await page.locator(`header button[value=${locale}]`).click();
			await expectHeading(page, scan.title);
			const steps = page.getByRole('main').locator('ol').getByRole('listitem');
			await expect(steps).toHaveText([...scan.steps]);

			const explanation = page.getByRole('group').filter({ hasText: explain });
			await explanation.getByText(explain).click();
			const content = (await page.getByRole('main').innerText()).replaceAll(/\s+/g, ' ');
			for (const text of [explainWallet, explainQr]) expect(content.split(text)).toHaveLength(2);
			expect(explainWallet).toContain('wallet');
			expect(explainQr).toMatch(/scan/i);
		}
	);
}
