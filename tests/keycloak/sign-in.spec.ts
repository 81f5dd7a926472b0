import { expect } from '@playwright/test';
import { decodeProtectedHeader } from 'jose';
import { expectSignedIn } from '../e2e/support/steps.ts';
import { Browser, linkIn } from '../harness/browser.ts';
import { heldSession } from '../http/support/held-session.ts';
import { signIn, signInOnScreen, test } from './support/place.ts';

test('a person signs in on Keycloak’s own page', async ({ page, place }) => {
	await signInOnScreen(page, place.realm.person);
	await expectSignedIn(page, place.realm.person.name, 'sts');
});

test('the browser receives only the client id and the URI of the pushed authorization request', async ({
	visitor,
	place
}) => {
	const start = await visitor.open(linkIn(await visitor.open('/login'), 'provider=sts'), { follow: false });
	const address = new URL(start.headers.get('location') ?? '');
	expect(`${address.origin}${address.pathname}`).toBe(`${place.realm.issuer}/protocol/openid-connect/auth`);
	expect([...address.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
});

test('the session has Keycloak’s subject, session id and authentication time', async ({
	visitor,
	place: { realm, landscape }
}) => {
	await signIn(visitor, realm.person);
	const session = await heldSession(visitor, landscape);
	expect(session).toMatchObject({ sub: await realm.admin.userId(realm.name, realm.person.username), acr: '1' });
	expect(session.sid).toMatch(/^[\w-]{16,}$/);
	expect(Math.abs(session.authTime - Date.now() / 1000)).toBeLessThan(60);
});

test('a person who is signed in at Keycloak is asked for the password again on a forced login', async ({
	visitor,
	place: { realm, landscape }
}) => {
	await signIn(visitor, realm.person);
	const second = new Browser(landscape.url);
	await signIn(second, realm.person);
	const again = await second.open('/login/start?provider=sts&prompt=login');
	expect(again.url.origin).toBe(new URL(realm.issuer).origin);
	expect(again.text).toContain('name="password"');
	const back = await second.submit(again, { password: realm.person.password });
	expect(back.url.pathname).toBe('/account');
});

test('a scope that the realm does not have returns to the login page with an error, and the cause is logged', async ({
	visitor,
	place: { realm, landscape }
}) => {
	const release = await realm.withdrawScope('portal-frontend', 'email');
	const end = await visitor.open(linkIn(await visitor.open('/login'), 'provider=sts'));
	expect([end.url.origin, end.url.pathname]).toEqual([landscape.url, '/login']);
	await expect
		.poll(() => landscape.portal.logs())
		.toContain('"description":"Invalid scopes: openid profile email eduid"');
	await release();
	await signIn(visitor, realm.person);
});

test('rotated Keycloak keys are accepted at the next sign-in', async ({ visitor, place: { realm, landscape } }) => {
	await signIn(visitor, realm.person);
	await realm.admin.do('POST', `/${realm.name}/components`, {
		name: 'the next key',
		providerId: 'rsa-generated',
		providerType: 'org.keycloak.keys.KeyProvider',
		config: { priority: ['200'], enabled: ['true'], active: ['true'] }
	});
	const next = new Browser(landscape.url);
	await signIn(next, realm.person);
	const [before, after] = await Promise.all([visitor, next].map((one) => heldSession(one, landscape)));
	expect(decodeProtectedHeader(after?.accessToken ?? '').kid).not.toBe(
		decodeProtectedHeader(before?.accessToken ?? '').kid
	);
});
