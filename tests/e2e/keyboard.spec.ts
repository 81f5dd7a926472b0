import { expect, type Locator, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';

test('a person can sign in and out at the institution with the keyboard alone', async ({ page }) => {
	await page.goto('/');
	await page.keyboard.press('Tab');
	await expect(page.getByRole('link', { name: en.site.skip })).toBeFocused();
	await page.keyboard.press('Enter');
	await press(page, page.getByRole('main').getByRole('link', { name: en.site.signIn }));
	await expectHeading(page, en.login.title);
	await press(page, page.getByRole('link', { name: 'Universiteit Noord' }));
	await expect(page.getByRole('heading', { name: 'Sign in at your institution' })).toBeVisible();
	await press(page, page.getByRole('button', { name: 'Sanne de Vries' }));
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	await press(page, page.getByRole('button', { name: en.site.signOut }));
	await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
});

test('a person can open and link a wallet on this device with the keyboard alone', async ({ page }) => {
	await page.goto('/login');
	await press(page, page.getByRole('button', { name: en.login.wallet.button }));
	await expectHeading(page, en.wallet.scan.title);
	await press(page, page.getByRole('link', { name: en.wallet.scan.open }));
	await expect(page.getByRole('radio').first()).toBeVisible();
	await tabTo(page, page.getByRole('radio', { name: /Sanne de Vries/ }));
	for (const _down of ['unknown-student', 'unknown-employee', 'several-candidates'])
		await page.keyboard.press('ArrowDown');
	await press(page, page.getByRole('button', { name: 'Share' }));

	await expectHeading(page, en.identity.confirm.choose);
	await press(page, page.getByRole('button', { name: en.identity.confirm.chooseButton }));
	await expect(page.getByRole('heading', { name: en.identity.faults.title })).toBeFocused();
	await press(page, page.getByRole('link', { name: en.identity.faults.chooseOne }));
	await page.keyboard.press('Space');
	await page.keyboard.press('ArrowDown');
	await expect(page.getByRole('radio', { name: /Computing science/ })).toBeChecked();
	await press(page, page.getByRole('button', { name: en.identity.confirm.chooseButton }));
	await expectSignedIn(page, 'Jan Jansen', 'sts-wallet');
});

test(
	'an unknown wallet can be linked at the institution with the keyboard alone',
	{ tag: '@full' },
	async ({ page, wallet }) => {
		await page.goto('/login');
		await press(page, page.getByRole('button', { name: en.login.wallet.button }));
		await wallet.expectCode();
		await wallet.share('unknown-student');
		await expectHeading(page, en.identity.explain.title);
		await press(page, page.getByRole('button', { name: en.identity.explain.button }));
		await expect(page.getByRole('heading', { name: 'Confirm your identity' })).toBeVisible();
		await press(page, page.getByRole('button', { name: 'Confirm' }));
		await expectSignedIn(page, 'Daan Bakker', 'sts-wallet');
	}
);

/** Gets there by the Tab key, sees where it is, and presses Enter. */
async function press(page: Page, control: Locator): Promise<void> {
	await tabTo(page, control);
	await page.keyboard.press('Enter');
}

async function tabTo(page: Page, control: Locator): Promise<void> {
	await expect(async () => {
		await page.keyboard.press('Tab');
		await expect(control).toBeFocused({ timeout: 1 });
	}).toPass({ intervals: [0], timeout: 10_000 });
	const outline = await control.evaluate((element) => getComputedStyle(element).outlineStyle);
	expect(outline, 'the focus can be seen').not.toBe('none');
	await expect(control).toBeInViewport();
}
