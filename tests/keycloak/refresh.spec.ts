import { expect } from '@playwright/test';
import { type Browser } from '../harness/browser.ts';
import { copyOf, heldSession, holdsSession, tokensOver } from '../http/support/held-session.ts';
import { signIn, test } from './support/place.ts';
import type { Realm } from './support/realm.ts';

const redeemed = ({ admin, name }: Realm) => admin.countEvents(name, 'REFRESH_TOKEN');
const refused = ({ admin, name }: Realm) => admin.countEvents(name, 'REFRESH_TOKEN_ERROR');
const me = (who: Browser) => who.call('/api/me');

test('50 concurrent requests with expired tokens cause one token request, all succeed, and the session continues', async ({
	visitor,
	place: { realm, landscape }
}) => {
	await signIn(visitor, realm.person);
	const [before, faults] = [await redeemed(realm), await refused(realm)];
	await tokensOver(visitor, landscape);
	const responses = await Promise.all(Array.from({ length: 50 }, () => me(visitor)));
	expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
	expect(await redeemed(realm)).toBe(before + 1);

	await tokensOver(visitor, landscape);
	expect((await me(visitor)).status).toBe(200);
	expect([await redeemed(realm), await refused(realm)]).toEqual([before + 2, faults]);
});

test('each refresh changes the tokens, but neither the person nor Keycloak’s session', async ({
	visitor,
	place: { realm, landscape }
}) => {
	await signIn(visitor, realm.person);
	const first = await heldSession(visitor, landscape);
	await tokensOver(visitor, landscape);
	expect((await me(visitor)).status).toBe(200);
	const { accessToken, refreshToken, sub, sid, generation } = await heldSession(visitor, landscape);
	expect({ sub, sid, generation }).toEqual({ sub: first.sub, sid: first.sid, generation: 1 });
	expect(accessToken).not.toBe(first.accessToken);
	expect(refreshToken).not.toBe(first.refreshToken);
});

test('a refresh token that was redeemed elsewhere ends the session', async ({
	visitor,
	place: { realm, landscape }
}) => {
	await signIn(visitor, realm.person);
	const { refreshToken = '' } = await heldSession(visitor, landscape);
	const stolen = await fetch(`${realm.issuer}/protocol/openid-connect/token`, {
		method: 'POST',
		body: new URLSearchParams({
			grant_type: 'refresh_token',
			refresh_token: refreshToken,
			client_id: 'portal-frontend',
			client_secret: await realm.secretOf('portal-frontend')
		})
	});
	expect(stolen.status).toBe(200);
	await tokensOver(visitor, landscape);
	expect((await me(visitor)).status).toBe(401);
	expect(holdsSession(visitor)).toBe(false);
});

test('an account that is disabled meanwhile ends the session when its tokens expire', async ({
	visitor,
	place: { realm, landscape }
}) => {
	await signIn(visitor, realm.person);
	await tokensOver(visitor, landscape);
	const tab = copyOf(visitor, landscape.url);
	const path = `/${realm.name}/users/${await realm.admin.userId(realm.name, realm.person.username)}`;
	await realm.admin.do('PUT', path, { enabled: false });
	const [call, page] = await Promise.all([me(visitor), tab.open('/account')]);
	await realm.admin.do('PUT', path, { enabled: true });
	expect([call.status, page.url.pathname]).toEqual([401, '/login']);
	expect([holdsSession(visitor), holdsSession(tab)]).toEqual([false, false]);
});
