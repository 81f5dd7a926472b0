import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectLoginError, expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';
import { WalletSignIn } from './support/wallet-sign-in.ts';

test(
	'two tabs that sign in at the institution at the same time both succeed',
	{ tag: '@full' },
	async ({ page, context }) => {
		const other = await context.newPage();
		for (const tab of [page, other]) {
			await tab.goto('/login');
			await tab.getByRole('link', { name: 'Universiteit Noord' }).click();
			await expect(tab.getByRole('button', { name: 'Sanne de Vries' })).toBeVisible();
		}
		for (const tab of [page, other]) {
			await tab.getByRole('button', { name: 'Sanne de Vries' }).click();
			await expectSignedIn(tab, 'Sanne de Vries', 'sts');
		}
	}
);

test(
	'two tabs that sign in with the wallet at the same time both succeed',
	{ tag: '@full' },
	async ({ page, context, wallet, sandbox }) => {
		const other = await context.newPage();
		const otherWallet = new WalletSignIn(other, sandbox, true);
		await wallet.start();
		await otherWallet.start();
		expect(otherWallet.sessionId).not.toBe(wallet.sessionId);

		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		await otherWallet.share('known-student');
		await expectSignedIn(other, 'Sanne de Vries', 'sts-wallet');
	}
);

test(
	'if two tabs sign in with different methods at the same time, the last sign-in is kept',
	{ tag: '@full' },
	async ({ page, context, wallet }) => {
		const other = await context.newPage();
		await wallet.start();
		await signInAtInstitution(other);
		await expectSignedIn(other, 'Sanne de Vries', 'sts');
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	}
);

test('signing out in one tab signs the other one out', { tag: '@full' }, async ({ page, context }) => {
	await signInAtInstitution(page);
	const other = await context.newPage();
	await other.goto('/account');
	await page.getByRole('button', { name: en.site.signOut }).click();
	await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
	await other.reload();
	await expectHeading(other, en.login.title);
});

test('a repeated callback does not affect a signed-in person, and does not sign in a signed-out one', async ({
	page,
	context
}) => {
	const returned = page.waitForRequest(/\/api\/auth\/callback\/sts\?/);
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	const callback = (await returned).url();

	await page.goto(callback);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	await context.clearCookies();
	await page.goto('/login');
	await page.goto(callback);
	await expectLoginError(page, 'sign_in_interrupted');
});
