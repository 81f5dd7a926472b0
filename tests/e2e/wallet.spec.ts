import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { settings } from './support/settings.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';

for (const { title, tag, use } of settings) {
	test.describe(title, { tag }, () => {
		test.use(use);

		test('a person with a known wallet scans, shares, and is signed in', async ({ page, wallet }) => {
			await wallet.start();
			await wallet.open();
			await expectHeading(page, en.wallet.opened.title);
			await wallet.share('known-student');
			await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		});

		test('a person declines in the wallet, and tries again with a new code', async ({ page, wallet }) => {
			await wallet.start();
			await wallet.decline();
			// The Bridge as described tells that a session failed, not why.
			const ending = { field: 'declined', doc: 'failed' } as const;
			const { title } = en.wallet.ended[ending[use.dialect]];
			await expectHeading(page, title);
			await expect(page).toHaveTitle(new RegExp(`^${use.dialect === 'doc' ? 'Error: ' : ''}${title} `));
			await page.getByRole('button', { name: en.wallet.scan.newCode }).click();
			await wallet.expectCode();
			await wallet.share('known-student');
			await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
		});

		test('a card that is not accepted ends on a page that says so', { tag: '@full' }, async ({ page, wallet }) => {
			await wallet.start();
			await wallet.share('expired-credential');
			await expectHeading(page, en.wallet.ended.refused.title);
		});
	});

	test.describe(title, { tag }, () => {
		test.use({ ...use, expectsFaults: true });

		test('(a11y 16) an expired code is removed, and the new one keeps the return path', async ({ page, wallet }) => {
			await wallet.start('/login?returnTo=/accessibility');
			await wallet.expire();
			await expectHeading(page, en.wallet.ended.expired.title);
			// Why, and that nothing was shared.
			await expect(page.locator('main .notice')).toContainText(en.wallet.ended.expired.what);
			await expect(page.getByRole('img', { name: en.wallet.scan.qrName })).toHaveCount(0);
			await page.getByRole('button', { name: en.wallet.scan.newCode }).click();
			await wallet.expectCode();
			await wallet.share('known-student');
			await expect(page).toHaveURL('/accessibility');
		});
	});
}

test('a wallet on this device shares on its own page and returns to the portal', async ({ page }) => {
	await page.goto('/login');
	await page.getByRole('button', { name: en.login.wallet.button }).click();
	await page.getByRole('link', { name: en.wallet.scan.open }).click();
	await page.getByRole('radio', { name: /Sanne de Vries/ }).check();
	await page.getByRole('button', { name: 'Share' }).click();
	await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
});

test('signing out of a wallet sign-in leaves nothing that signs in again', async ({ page, wallet }) => {
	await wallet.start();
	await wallet.share('known-student');
	await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	await page.getByRole('button', { name: en.site.signOut }).click();
	await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
	await page.goto('/login/start?provider=sts-wallet');
	await expectHeading(page, en.login.title);
	await page.goto('/account');
	await expectHeading(page, en.login.title);
});
