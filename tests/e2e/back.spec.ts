import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';

/** One step back, to a page of the portal with this heading. */
async function backTo(page: Page, heading: string): Promise<void> {
	await page.goBack();
	await expectHeading(page, heading);
}

for (const javaScriptEnabled of [true, false]) {
	const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

	test.describe(`(a11y 23) the Back button at every step, ${how}`, { tag: '@full' }, () => {
		test.use({ javaScriptEnabled });

		test('does not interrupt a sign-in with a known wallet, which creates one code', async ({
			page,
			wallet,
			sandbox
		}) => {
			await wallet.start();
			await backTo(page, en.login.title);
			await page.goForward();
			await wallet.expectCode();
			await wallet.open();
			await expectHeading(page, en.wallet.opened.title);
			await page.goBack();
			await page.goto('/login/wallet');
			await expectHeading(page, en.wallet.opened.title);
			await wallet.share('known-student');
			await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
			expect([sandbox.count('bridge.create'), sandbox.count('bridge.complete')]).toEqual([1, 1]);
		});

		test('does not interrupt a visit to the institution, which verifies the person once', async ({
			page,
			wallet,
			sandbox
		}) => {
			await wallet.start();
			await wallet.share('unknown-student');
			await expectHeading(page, en.identity.explain.title);
			await backTo(page, en.identity.explain.title);
			await page.goForward();
			await page.getByRole('button', { name: en.identity.explain.button }).click();
			await expect(page.getByRole('heading', { name: 'Confirm your identity' })).toBeVisible();
			await backTo(page, en.identity.explain.title);
			await page.getByRole('button', { name: en.identity.explain.button }).click();
			await page.getByRole('button', { name: 'Confirm' }).click();
			await expectSignedIn(page, 'Daan Bakker', 'sts-wallet');

			const before = [sandbox.count('bridge.complete'), sandbox.count('bridge.idv-initiate')];
			await page.goBack();
			await page.goForward();
			await expectSignedIn(page, 'Daan Bakker', 'sts-wallet');
			expect([sandbox.count('bridge.complete'), sandbox.count('bridge.idv-initiate')]).toEqual(before);
		});

		test('does not interrupt a manual confirmation, which is submitted once', async ({ page, wallet, sandbox }) => {
			sandbox.scenario('review-never');
			await wallet.start();
			await wallet.share('unknown-employee');
			await expectHeading(page, en.identity.confirm.title);
			await backTo(page, en.identity.confirm.title);
			await page.goForward();
			await page.getByRole('button', { name: en.identity.confirm.button }).click();
			await expectHeading(page, en.identity.review.title);
			await backTo(page, en.identity.review.title);
			expect(sandbox.count('bridge.idv-submit')).toBe(1);
			sandbox.review(wallet.sessionId, 'approve');
			await wallet.check();
			await expectSignedIn(page, 'Fatima El Amrani', 'sts-wallet');
			expect(sandbox.count('bridge.idv-submit')).toBe(1);
		});

		test('shows a final state again, and offers a new code', async ({ page, wallet }) => {
			await wallet.start();
			await wallet.decline();
			await expectHeading(page, en.wallet.ended.declined.title);
			await page.getByRole('link', { name: en.wallet.withInstitution }).click();
			await expectHeading(page, en.login.title);
			await backTo(page, en.wallet.ended.declined.title);
			await page.getByRole('button', { name: en.wallet.scan.newCode }).click();
			await wallet.expectCode();
			await wallet.share('known-student');
			await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		});
	});
}
