import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

test(
	'(a11y 23) Back after signing in at the institution returns to the account page, not to the sign-in',
	{ tag: '@full' },
	async ({ page }) => {
		await signInAtInstitution(page);
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
		await page.goBack();
		await page.goBack();
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
	}
);

test(
	'(a11y 23) Back after signing in with the wallet neither creates nor completes another session',
	{ tag: '@full' },
	async ({ page, wallet, sandbox }) => {
		await wallet.start();
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		const before = [sandbox.count('bridge.create'), sandbox.count('bridge.complete')];

		await page.goBack();
		await expectHeading(page, en.wallet.start.title);
		await page.goBack();
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		expect([sandbox.count('bridge.create'), sandbox.count('bridge.complete')]).toEqual(before);
	}
);

for (const javaScriptEnabled of [true, false]) {
	test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', { tag: '@full' }, () => {
		test.use({ javaScriptEnabled });

		test('(a11y 23) a reload shows the current state of the wallet session, and keeps the code', async ({
			page,
			wallet,
			sandbox
		}) => {
			sandbox.scenario('verifying-ms', { ms: 60_000 });
			await wallet.start();
			const { sessionId } = wallet;
			await page.reload();
			await wallet.expectCode();
			expect(wallet.sessionId).toBe(sessionId);
			await wallet.open();
			await expectHeading(page, en.wallet.opened.title);
			await page.reload();
			await expectHeading(page, en.wallet.opened.title);
			await wallet.share('known-student');
			await expectHeading(page, en.wallet.checking.title);
			await page.reload();
			await expectHeading(page, en.wallet.checking.title);
			expect(sandbox.count('bridge.create')).toBe(1);
		});

		test('(a11y 23) a reload of a final state shows it again', async ({ page, wallet }) => {
			await wallet.start();
			await wallet.decline();
			await expectHeading(page, en.wallet.ended.declined.title);
			await page.reload();
			await expectHeading(page, en.wallet.ended.declined.title);
			await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
		});

		test('(a11y 23) a reload shows the current state of the identity verification', async ({
			page,
			wallet,
			sandbox
		}) => {
			sandbox.scenario('review-never');
			await wallet.start();
			await wallet.share('unknown-employee');
			await expectHeading(page, en.identity.confirm.title);
			await page.reload();
			await expectHeading(page, en.identity.confirm.title);
			await page.getByRole('button', { name: en.identity.confirm.button }).click();
			await expectHeading(page, en.identity.review.title);
			await page.reload();
			await expectHeading(page, en.identity.review.title);
			expect(sandbox.count('bridge.idv-submit')).toBe(1);
		});

		test('(a11y 23) a reload before, during and after a visit to the institution loses nothing', async ({
			page,
			wallet
		}) => {
			await wallet.start();
			await wallet.share('unknown-student');
			await expectHeading(page, en.identity.explain.title);
			await page.reload();
			await expectHeading(page, en.identity.explain.title);
			await page.getByRole('button', { name: en.identity.explain.button }).click();
			await expect(page.getByRole('heading', { name: 'Confirm your identity' })).toBeVisible();
			await page.reload();
			await page.getByRole('button', { name: 'Confirm' }).click();
			await expectSignedIn(page, 'Daan Bakker', 'sts-wallet');
			await page.reload();
			await expectSignedIn(page, 'Daan Bakker', 'sts-wallet');
		});

		test('(a11y 23) Back from the institution offers to go there again', async ({ page, wallet }) => {
			await wallet.start();
			await wallet.share('unknown-student');
			await page.getByRole('button', { name: en.identity.explain.button }).click();
			await expect(page.getByRole('heading', { name: 'Confirm your identity' })).toBeVisible();
			await page.goto('/login/identity');
			await page.getByRole('button', { name: en.identity.explain.button }).click();
			await page.getByRole('button', { name: 'Confirm' }).click();
			await expectSignedIn(page, 'Daan Bakker', 'sts-wallet');
		});
	});
}

test.describe('a page that the browser restores from its history, and that is then loaded again,', () => {
	const RETURN_TO = '/account/sessions';
	const query = new URLSearchParams({ returnTo: RETURN_TO });

	/** Chromium without a window restores no pages: the event is what the page gets. */
	async function restore(page: Page): Promise<void> {
		await page.waitForLoadState('networkidle');
		await Promise.all([
			page.waitForEvent('load'),
			page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
		]);
	}

	test('keeps where the sign-in leads', { tag: '@full' }, async ({ page }) => {
		await page.goto(`/login/wallet?${query}`);
		await restore(page);
		await expect(page.locator('form[action$="?/start"] input[name=returnTo]')).toHaveValue(RETURN_TO);
	});

	test('keeps the outcome that it reports', { tag: '@full' }, async ({ page }) => {
		await page.goto(`/login/identity?outcome=no-match&${query}`);
		await restore(page);
		await expectHeading(page, en.identity.ended['no-match'].title);
		await expect(page.getByRole('link', { name: en.identity.back })).toHaveAttribute('href', `/login?${query}`);
	});

	test.describe('as the response to a form', () => {
		test.use({ expectsFaults: true });

		test('sends no form, and keeps where the sign-in leads', { tag: '@full' }, async ({ page, sandbox }) => {
			sandbox.scenario('bridge-500');
			await page.goto(`/login/wallet?${query}`);
			await page.getByRole('button', { name: en.wallet.start.button }).click();
			await expectHeading(page, en.wallet.ended.unavailable.title);
			const before = sandbox.count('bridge.create');
			await restore(page);
			await expectHeading(page, en.wallet.start.title);
			await expect(page.locator('form[action$="?/start"] input[name=returnTo]')).toHaveValue(RETURN_TO);
			expect(sandbox.count('bridge.create')).toBe(before);
		});
	});
});
