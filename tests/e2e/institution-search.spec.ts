import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en, nl } from './support/texts.ts';

const words = en.login.institution;
const field = (page: Page) => page.getByRole('searchbox', { name: words.search.label });
const institutions = (page: Page) => page.getByRole('list', { name: words.search.list }).getByRole('link');

// A landscape of its own: the portal keeps a list of institutions for a while.
test.use({ env: { SUPPORT_EMAIL: 'help@noord.example' } });
test.beforeEach(({ sandbox }) => sandbox.scenario('many-providers'));

for (const javaScriptEnabled of [true, false]) {
	test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
		test.use({ javaScriptEnabled });

		test('a person finds an institution in a long list, signs in there, and has it first the next time', async ({
			page
		}) => {
			await page.goto('/login?returnTo=/help');
			await expect(institutions(page)).toHaveCount(0);
			await field(page).fill('noord UNI');
			await field(page).press('Enter');
			await expect(page.getByRole('status')).toHaveText(words.search.one);
			await expect(institutions(page)).toHaveText(['Universiteit Noord']);
			await institutions(page).click();
			await page.getByRole('button', { name: 'Sanne de Vries' }).click();
			await expect(page).toHaveURL('/help');

			// The browser was closed, or the session has ended.
			await page.context().clearCookies({ name: /session/ });
			await page.goto('/login');
			await expect(page.getByText(words.last)).toBeVisible();
			await page.getByRole('link', { name: 'Universiteit Noord' }).click();
			await page.getByRole('button', { name: 'Sanne de Vries' }).click();
			await expectSignedIn(page, 'Sanne de Vries', 'sts');
		});

		test('a name that nobody has says so, and every institution is still there', { tag: '@full' }, async ({ page }) => {
			await page.goto('/login');
			await field(page).fill('Atlantis');
			await field(page).press('Enter');
			await expect(page.getByRole('status')).toHaveText(words.search.none);
			await expect(field(page)).toHaveValue('Atlantis');
			await field(page).fill('');
			await field(page).press('Enter');
			await page.getByText(words.search.all(62)).click();
			await expect(institutions(page)).toHaveCount(62);
		});
	});
}

test('the list follows what is typed, and the count is said once', async ({ page }) => {
	await page.clock.install();
	await page.goto('/login');
	// Else the page's time goes on, and the count is said before a slow machine looks.
	await page.clock.pauseAt(Date.now() + 60_000);
	const status = page.getByRole('status');
	await field(page).pressSequentially('curacao');
	await expect(institutions(page)).toHaveCount(4);
	await expect(status).toBeEmpty();
	await page.clock.runFor(600);
	await expect(status).toHaveText(words.search.many('4'));
	await field(page).fill('');
	await expect(institutions(page)).toHaveCount(0);
	await page.clock.runFor(600);
	await expect(status).toBeEmpty();
});

test('with the keyboard alone: field, button, list, the first that was found', async ({ page }) => {
	await page.goto('/login');
	await field(page).focus();
	await page.keyboard.type('duinstad');
	await expect(institutions(page)).toHaveCount(4);
	await page.keyboard.press('Tab');
	await expect(page.getByRole('button', { name: words.search.button })).toBeFocused();
	await page.keyboard.press('Tab');
	await expect(page.locator('summary')).toBeFocused();
	await page.keyboard.press('Tab');
	await expect(institutions(page).first()).toBeFocused();
	const chosen = page.waitForRequest(/\/login\/start\?.*&institution=academie-duinstad$/);
	await page.keyboard.press('Enter');
	await chosen;
});

test('a long list is closed at first: the wallet is three stops of the keyboard away', async ({ page }) => {
	await page.goto('/login');
	await field(page).focus();
	for (let stop = 0; stop < 3; stop++) await page.keyboard.press('Tab');
	await expect(page.getByRole('button', { name: en.login.wallet.button })).toBeFocused();
});

test('a search keeps the language and the return path', { tag: '@full' }, async ({ page }) => {
	await page.goto('/login?returnTo=/help&q=noord');
	await page.getByRole('button', { name: 'Nederlands' }).click();
	await expectHeading(page, nl.login.title);
	await expect(page.getByRole('status')).toHaveText(nl.login.institution.search.one);
	await page.getByRole('link', { name: 'Universiteit Noord' }).click();
	await page.getByRole('button', { name: 'Sanne de Vries' }).click();
	await expect(page).toHaveURL('/help');
});
