import { expect } from '@playwright/test';
import { ApiClient } from '../harness/api-client.ts';
import { heldSession } from '../http/support/held-session.ts';
import { sessionOf } from '../http/support/third-party.ts';
import { signIn, test } from './support/place.ts';
import { requestToken, tokenOf } from './support/third-party.ts';

const SCOPES = 'wallet:sessions profile:read';

test('an API client is identified by a token from its own client, and can create a wallet session', async ({
	place: { realm, landscape }
}) => {
	const library = new ApiClient(landscape.url, await tokenOf(realm, 'library-app', SCOPES));
	const me = await library.call('/api/me');
	expect([me.status, JSON.parse(me.text)]).toEqual([200, expect.objectContaining({ clientId: 'library-app' })]);
	const status = await library.call(`/api/wallet/sessions/${await sessionOf(library)}/status`);
	expect(status.status).toBe(200);
});

test('an API client can do what the scope of its token allows, and nothing else', async ({
	place: { realm, landscape }
}) => {
	const library = new ApiClient(landscape.url, await tokenOf(realm, 'library-app', 'profile:read'));
	expect((await library.call('/api/me')).status).toBe(200);
	const refused = await library.call('/api/wallet/sessions', { method: 'POST', json: {} });
	expect(refused.status).toBe(403);
	expect(refused.headers.get('www-authenticate')).toContain('scope="wallet:sessions"');
});

test('an API client whose tokens have another audience is refused, with the reason', async ({
	place: { realm, landscape }
}) => {
	const printing = new ApiClient(landscape.url, await tokenOf(realm, 'printing-app', SCOPES));
	const refused = await printing.call('/api/me');
	expect(refused.status).toBe(401);
	expect(refused.headers.get('www-authenticate')).toContain('another audience');
});

test('access can be withdrawn and restored for one client', async ({ place: { realm, landscape } }) => {
	const statusOf = async () => {
		const library = new ApiClient(landscape.url, await tokenOf(realm, 'library-app', SCOPES));
		return (await library.call('/api/me')).status;
	};
	const release = await realm.withdrawScope('library-app', 'portal-api');
	expect(await statusOf()).toBe(401);
	await release();
	expect(await statusOf()).toBe(200);
});

test('a disabled client receives no token', async ({ place: { realm } }) => {
	const path = `/${realm.name}/clients/${await realm.admin.clientId(realm.name, 'library-app')}`;
	await realm.admin.do('PUT', path, { enabled: false });
	const response = await requestToken(realm, 'library-app', { grant_type: 'client_credentials', scope: SCOPES });
	await realm.admin.do('PUT', path, { enabled: true });
	expect(response.status).toBe(401);
});

test('an API client cannot sign a person in with the person’s password', async ({ place: { realm } }) => {
	const { username, password } = realm.person;
	const response = await requestToken(realm, 'library-app', { grant_type: 'password', username, password });
	expect(response.status).toBe(400);
	expect(await response.json()).toMatchObject({ error: 'unauthorized_client' });
});

test('the API does not accept the tokens of a person’s own session', async ({
	visitor,
	place: { realm, landscape }
}) => {
	await signIn(visitor, realm.person);
	const { accessToken, idToken = '', refreshToken = '' } = await heldSession(visitor, landscape);
	const responses = await Promise.all(
		[accessToken, idToken, refreshToken].map((token) => new ApiClient(landscape.url, token).call('/api/me'))
	);
	expect(responses.map(({ status }) => status)).toEqual([401, 401, 401]);
});
