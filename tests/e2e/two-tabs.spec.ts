import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectLoginError, expectSignedIn, setVisible, signInAtInstitution } from './support/steps.ts';
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

test.describe('a sign-in in one tab uses up the code of another tab, which then leads to the account page:', () => {
	// The other tab gets 404 for its wallet session.
	test.use({ expectsFaults: true });

	test('both sign in with a wallet', { tag: '@full' }, async ({ page, context, wallet, sandbox }) => {
		const other = await context.newPage();
		const otherWallet = new WalletSignIn(other, sandbox, true);
		await wallet.start();
		await otherWallet.start();
		expect(otherWallet.sessionId).not.toBe(wallet.sessionId);

		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		await otherWallet.share('unknown-student');
		await expectSignedIn(other, 'Sanne de Vries', 'sts-wallet');
	});

	test('the first one signs in at the institution', { tag: '@full' }, async ({ page, context, wallet }) => {
		const other = await context.newPage();
		await wallet.start();
		await signInAtInstitution(other);
		await expectSignedIn(other, 'Sanne de Vries', 'sts');
		await wallet.share('known-student');
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
	});

	test('the other one shows a code, and is looked at again', { tag: '@full' }, async ({ page, context, wallet }) => {
		const other = await context.newPage();
		await wallet.start();
		await setVisible(page, false);
		await signInAtInstitution(other);
		await expectSignedIn(other, 'Sanne de Vries', 'sts');
		await setVisible(page, true);
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
	});

	test('the other one verifies the identity of its owner', { tag: '@full' }, async ({ page, context, wallet }) => {
		const other = await context.newPage();
		await wallet.start();
		await wallet.share('unknown-student');
		await expectHeading(page, en.identity.explain.title);
		await signInAtInstitution(other);
		await expectSignedIn(other, 'Sanne de Vries', 'sts');
		await page.reload();
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
	});
});

test.describe('without JavaScript', { tag: '@full' }, () => {
	test.use({ javaScriptEnabled: false });

	test('a check for news of a code leads to the account page after a sign-in in another tab', async ({
		page,
		context,
		wallet
	}) => {
		const other = await context.newPage();
		await wallet.start();
		await signInAtInstitution(other);
		await expectSignedIn(other, 'Sanne de Vries', 'sts');
		await page.getByRole('link', { name: /check/i }).click();
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
	});
});

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
