import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { errorNotice, expectHeading, expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en, nl } from './support/texts.ts';

for (const javaScriptEnabled of [true, false]) {
	test.describe(
		javaScriptEnabled ? 'with JavaScript' : 'without JavaScript',
		{ tag: javaScriptEnabled ? [] : ['@full'] },
		() => {
			test.use({ javaScriptEnabled });

			test('(a11y 26) a change of language keeps the code, the return path and the sign-in', async ({
				page,
				wallet,
				sandbox
			}) => {
				await wallet.start('/login?returnTo=/account');
				const { sessionId } = wallet;
				await page.getByRole('button', { name: 'Nederlands' }).click();
				await expectHeading(page, nl.wallet.scan.title);
				await expect(page.locator('html')).toHaveAttribute('lang', 'nl');
				expect(sandbox.count('bridge.create')).toBe(1);

				await page.getByRole('button', { name: 'English' }).click();
				await wallet.expectCode();
				expect(wallet.sessionId).toBe(sessionId);
				await wallet.share('known-student');
				await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');

				await page.getByRole('button', { name: 'Nederlands' }).click();
				await expectHeading(page, nl.account.title);
				await expect(page).toHaveURL('/account');
			});
		}
	);
}

test('(a11y 26) the chosen language persists through sign-in and sign-out', { tag: '@full' }, async ({ page }) => {
	await page.goto('/help');
	await page.getByRole('button', { name: 'Nederlands' }).click();
	await expectHeading(page, nl.help.title);
	await signInAtInstitution(page);
	await expectHeading(page, nl.account.title);
	await page.getByRole('button', { name: nl.site.signOut }).click();
	await expect(page.getByText(nl.home.signedOut, { exact: true })).toBeVisible();
});

test('(a11y 26) a change of language on an error page keeps the error', { tag: '@full' }, async ({ page }) => {
	await page.goto('/login?error=access_denied&returnTo=/help');
	await page.getByRole('button', { name: 'Nederlands' }).click();
	await expect(page).toHaveURL('/login?error=access_denied&returnTo=%2Fhelp');
	await expect(errorNotice(page)).toContainText(nl.login.errors.access_denied.what);
	await expect(page.getByRole('button', { name: 'Nederlands' })).toHaveAttribute('aria-current', 'true');
});

test('(a11y 26) names in another language have a language attribute', { tag: '@full' }, async ({ page }) => {
	await page.goto('/login');
	await expect(page.getByRole('button', { name: 'Nederlands' })).toHaveAttribute('lang', 'nl');
	await expect(page.getByRole('button', { name: en.site.language })).toHaveCount(0);
});

test.describe('a Dutch browser', () => {
	test.use({ locale: 'nl-NL' });

	test('(a11y 26) receives Dutch pages from the first request', async ({ page }) => {
		await page.goto('/');
		await expectHeading(page, nl.home.title);
		await expect(page.locator('html')).toHaveAttribute('lang', 'nl');
	});
});
