import { expect, type Page } from '@playwright/test';
import { expectSignedIn } from '../e2e/support/steps.ts';
import { en } from '../e2e/support/texts.ts';
import { Browser } from '../harness/browser.ts';
import { copyOf, heldSession, holdsSession } from '../http/support/held-session.ts';
import { signIn, signInOnScreen, test } from './support/place.ts';
import type { Realm } from './support/realm.ts';

/** Keycloak's own account console, as far as Keycloak knows: the person has come back to it with a code. */
async function useAnotherApplication(page: Page, { issuer }: Realm): Promise<void> {
	const query = new URLSearchParams({
		client_id: 'account-console',
		redirect_uri: `${issuer}/account/`,
		response_type: 'code',
		scope: 'openid',
		code_challenge_method: 'S256',
		code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
	});
	const response = await page.request.get(`${issuer}/protocol/openid-connect/auth?${query}`, { maxRedirects: 0 });
	expect(response.headers().location).toContain('code=');
}

const isSignedIn = async (who: Browser) => (await who.call('/api/me')).status === 200;

test('sign-out ends the session in the portal and at Keycloak, which then requires the password again', async ({
	page,
	place: { realm }
}) => {
	await signInOnScreen(page, realm.person);
	await expectSignedIn(page, realm.person.name, 'sts');
	await page.getByRole('button', { name: en.site.signOut }).click();
	await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();

	await page.goto('/login');
	await page.locator('a[href*="provider=sts"]').click();
	await expect(page.locator('#password')).toBeVisible();
});

test('Keycloak asks a person who also uses another application to confirm, and signs them out of both', async ({
	page,
	place: { realm }
}) => {
	await signInOnScreen(page, realm.person);
	await expectSignedIn(page, realm.person.name, 'sts');
	await useAnotherApplication(page, realm);
	await page.getByRole('button', { name: en.site.signOut }).click();
	await page.locator('#kc-logout').click();
	await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
});

test('a copied cookie is refused after its owner has signed out', async ({ visitor, place: { realm, landscape } }) => {
	await signIn(visitor, realm.person);
	const copy = copyOf(visitor, landscape.url);
	expect(await isSignedIn(copy)).toBe(true);
	await visitor.call('/api/auth/signout', { method: 'POST' });
	expect([await isSignedIn(copy), holdsSession(copy)]).toEqual([false, false]);
});

test.describe('when an administrator ends sessions at Keycloak', () => {
	test('a single session is refused by the portal at once, including copied cookies, and no other session is', async ({
		visitor,
		place: { realm, landscape }
	}) => {
		await signIn(visitor, realm.person);
		const other = new Browser(landscape.url);
		await signIn(other, realm.person);
		const copy = copyOf(visitor, landscape.url);
		const { sid = '' } = await heldSession(visitor, landscape);
		await realm.admin.do('DELETE', `/${realm.name}/sessions/${sid}`);
		expect(await Promise.all([visitor, copy, other].map(isSignedIn))).toEqual([false, false, true]);
	});

	test('all sessions of a person are refused by the portal at once', async ({
		visitor,
		place: { realm, landscape }
	}) => {
		await signIn(visitor, realm.person);
		const other = new Browser(landscape.url);
		await signIn(other, realm.person);
		const id = await realm.admin.userId(realm.name, realm.person.username);
		await realm.admin.do('POST', `/${realm.name}/users/${id}/logout`);
		expect(await Promise.all([visitor, other].map(isSignedIn))).toEqual([false, false]);
	});
});
