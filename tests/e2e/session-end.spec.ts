import { type BrowserContext, expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectLoginError, expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

const notice = en.account.ending;

test('before its end a session warns in words that are spoken, and offers a way on that a keyboard reaches', async ({
	page
}) => {
	await page.clock.install();
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	const alert = page.getByRole('alert');
	await expect(alert).toBeEmpty();
	const button = page.getByRole('button', { name: en.account.signOut.button });
	await button.focus();

	await page.clock.fastForward('23:57:00');
	await expect(alert).toBeEmpty();
	await page.clock.fastForward('01:30');
	await expect(alert).toContainText(notice.title);
	await expect(button).toBeFocused();

	const again = page.getByRole('link', { name: notice.again });
	await page.locator('main').focus();
	await page.keyboard.press('Tab');
	await expect(again).toBeFocused();
	// The STS still knows this browser: it asks for nothing.
	const returned = page.waitForRequest(/\/api\/auth\/callback\/sts\?/);
	await page.keyboard.press('Enter');
	await returned;
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
});

test('a page whose session has ended says so, and remembers the place', { tag: '@full' }, async ({ page }) => {
	await page.clock.install();
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	await page.clock.fastForward('24:00:00');
	await expectLoginError(page, 'session_expired');
	expect(new URL(page.url()).searchParams.get('returnTo')).toBe('/account');
});

/** With its scripts at work: what is said before, it doesn't hear. */
async function accountInAnotherTab(context: BrowserContext): Promise<Page> {
	const other = await context.newPage();
	await other.goto('/account', { waitUntil: 'networkidle' });
	return other;
}

test('another tab notices a sign-out by itself, and says so', { tag: '@full' }, async ({ page, context }) => {
	await signInAtInstitution(page);
	const other = await accountInAnotherTab(context);
	await page.getByRole('button', { name: en.account.signOut.button }).click();
	await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
	await expectLoginError(other, 'session_expired');
});

/** Holds a sign-out before the portal hears of it, or its answer, until `goOn`. */
async function holdSignOut(page: Page, what: 'request' | 'answer') {
	let goOn = () => {};
	const going = new Promise<void>((resolve) => (goOn = resolve));
	await page.route('**/api/auth/signout', async (route) => {
		const response = what === 'answer' ? await route.fetch({ maxRedirects: 0 }) : undefined;
		await going;
		await (response ? route.fulfill({ response }) : route.continue());
	});
	return { goOn };
}

test('another tab notices a sign-out that takes long', { tag: '@full' }, async ({ page, context }) => {
	await signInAtInstitution(page);
	const other = await accountInAnotherTab(context);
	const { goOn } = await holdSignOut(page, 'request');
	const looked = other.waitForResponse('**/api/auth/session');
	const click = page.getByRole('button', { name: en.account.signOut.button }).click();
	expect(await (await looked).json()).not.toBeNull();
	goOn();
	await click;
	await expectLoginError(other, 'session_expired');
});

test('the tab that signs out waits for its answer', { tag: '@full' }, async ({ page, context }) => {
	await signInAtInstitution(page);
	const other = await accountInAnotherTab(context);
	const { goOn } = await holdSignOut(page, 'answer');
	const click = page.getByRole('button', { name: en.account.signOut.button }).click();
	await expectLoginError(other, 'session_expired');
	goOn();
	await click;
	await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
});
