import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import {
	errorNotice,
	expectHeading,
	expectLoginError,
	expectSignedIn,
	fact,
	signInAtInstitution
} from './support/steps.ts';
import { en } from './support/texts.ts';

for (const javaScriptEnabled of [true, false]) {
	test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
		test.use({ javaScriptEnabled });

		test('a person signs in at the institution, and signs out of the portal and the STS', async ({ page, sandbox }) => {
			await signInAtInstitution(page);
			await expectSignedIn(page, 'Sanne de Vries', 'sts');
			await expect(fact(page, en.account.person.institution).first()).toHaveText('Universiteit Noord');

			await page.getByRole('button', { name: en.site.signOut }).click();
			await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
			expect(sandbox.count('sts.end-session')).toBeGreaterThan(0);
			await expect(page.getByRole('link', { name: en.site.account })).toHaveCount(0);
			await page.goto('/account');
			await expect(page).toHaveURL('/login?returnTo=%2Faccount');
		});
	});
}

test('a person who is redirected to sign in returns to the page they requested', async ({ page }) => {
	await page.goto('/account?notice=none');
	await expectHeading(page, en.login.title);
	await page.getByRole('link', { name: 'Universiteit Noord' }).click();
	await page.getByRole('button', { name: 'Sanne de Vries' }).click();
	await expect(page).toHaveURL('/account?notice=none');
});

test('a return path to another site is replaced by the portal’s front page', { tag: '@full' }, async ({ page }) => {
	await signInAtInstitution(page, '/login?returnTo=//evil.example/');
	await expect(page).toHaveURL('/');
	await expect(page.getByText(en.home.signedInAs('Sanne de Vries'))).toBeVisible();
});

test('the login page redirects a signed-in person to the account page', { tag: '@full' }, async ({ page }) => {
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	await page.goto('/login');
	await expect(page).toHaveURL('/account');
});

test('a refusal at the institution returns to the login page, with a message of the portal', async ({ page }) => {
	await page.goto('/login');
	await page.getByRole('link', { name: 'Universiteit Noord' }).click();
	await page.getByRole('button', { name: 'Refuse' }).click();
	await expectLoginError(page, 'access_denied');
	await expect(errorNotice(page).getByRole('heading')).toBeFocused();
});

test(
	'a fault at the institution returns to the login page, with a message of the portal',
	{ tag: '@full' },
	async ({ page }) => {
		await page.goto('/login');
		await page.getByRole('link', { name: 'Universiteit Noord' }).click();
		await page.getByRole('button', { name: 'Fail' }).click();
		await expectLoginError(page, 'sts_unavailable');
	}
);

test('error details from the STS are never shown', async ({ page, sandbox }) => {
	sandbox.scenario('login-error', { error: 'eve_was_here' });
	await signInAtInstitution(page);
	await expectLoginError(page, 'sign_in_failed');
	await expect(page.locator('body')).not.toContainText('eve_was_here');
});

test('an unknown error code in the URL is never shown', { tag: '@full' }, async ({ page }) => {
	await page.goto('/login?error=eve_was_here');
	await expectLoginError(page, 'sign_in_failed');
	await expect(page.locator('body')).not.toContainText('eve_was_here');
});

test('while the STS is down, the login page says so, and a later attempt succeeds', async ({ page, sandbox }) => {
	sandbox.scenario('sts-down', { operation: 'par' });
	await page.goto('/login');
	await page.getByRole('link', { name: 'Universiteit Noord' }).click();
	await expectLoginError(page, 'sts_unavailable');

	sandbox.lift('sts-down');
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
});

test(
	'if the STS goes down during the visit, the login page says so, and a later attempt succeeds',
	{ tag: '@full' },
	async ({ page, sandbox }) => {
		sandbox.scenario('sts-down', { operation: 'token:code' });
		await signInAtInstitution(page);
		await expectLoginError(page, 'sts_unavailable');

		sandbox.lift('sts-down');
		await page.getByRole('link', { name: 'Universiteit Noord' }).click();
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
	}
);

test(
	'a response of the STS with the wrong state does not sign the person in',
	{ tag: '@full' },
	async ({ page, sandbox }) => {
		sandbox.scenario('sts-wrong-state');
		await signInAtInstitution(page);
		await expectLoginError(page, 'sign_in_interrupted');
	}
);

test.describe('an STS that supports only the usual scopes', { tag: '@full' }, () => {
	test.use({ env: { STS_SCOPE: 'openid profile email' } });

	test('has no list of institutions, only one plain button', async ({ page, sandbox }) => {
		sandbox.scenario('no-providers');
		await page.goto('/login');
		await page.getByRole('link', { name: en.login.institution.button, exact: true }).click();
		await page.getByRole('button', { name: 'Milan Smit' }).click();
		await expectSignedIn(page, 'Milan Smit', 'sts');
		expect(sandbox.authorizations().at(-1)?.params.scope).toBe('openid profile email');
	});
});
