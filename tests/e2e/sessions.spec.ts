import { expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectLoginError, expectSignedIn, fact, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

// Without a shared store the page shows this session only; tests/http/session-list.test.ts has lists of several.
const { sessions, session, title: accountTitle } = en.account;

async function openList(page: Page): Promise<void> {
	await page.getByRole('link', { name: sessions.link }).click();
	await expectHeading(page, sessions.title);
}

for (const { title, javaScriptEnabled } of [
	{ title: 'with JavaScript', javaScriptEnabled: true },
	{ title: 'without JavaScript', javaScriptEnabled: false }
]) {
	test.describe(title, { tag: javaScriptEnabled ? [] : ['@full'] }, () => {
		test.use({ javaScriptEnabled });

		test('a person signs out everywhere, and the other browser says so', async ({ page, openBrowser }) => {
			const other = await (await openBrowser()).newPage();
			await signInAtInstitution(other);
			await expectHeading(other, accountTitle);
			await signInAtInstitution(page);
			await openList(page);
			await expect(page.getByText(sessions.current)).toBeVisible();
			await expect(page.getByRole('heading', { level: 2 })).toHaveText(/^Chrome on /);
			await page.getByRole('link', { name: sessions.endAll, exact: true }).click();
			await expectHeading(page, sessions.confirm.all.title);
			await page.getByRole('link', { name: sessions.confirm.cancel }).click();
			await page.getByRole('link', { name: sessions.endAll, exact: true }).click();
			await page.getByRole('button', { name: sessions.confirm.all.button }).click();
			await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
			await other.goto('/account/sessions');
			await expectLoginError(other, 'session_ended');
		});
	});
}

test('a session from a wallet sign-in is listed with its provider', async ({ page, wallet }) => {
	await wallet.start();
	await wallet.share('known-student');
	await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
	await openList(page);
	await expect(fact(page, session.provider)).toHaveText(session.providers['sts-wallet']);
});
