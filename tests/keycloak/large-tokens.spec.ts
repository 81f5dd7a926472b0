import { expect } from '@playwright/test';
import { Browser, headBytes } from '../harness/browser.ts';
import { makeCertificate } from '../harness/certificate.ts';
import { freePort } from '../harness/free-port.ts';
import { groupNames } from '../harness/keycloak-tokens.ts';
import { startLandscape } from '../harness/landscape.ts';
import { startNginx } from '../harness/nginx.ts';
import { startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { heldSession, holdsSession, tokensDue } from '../http/support/held-session.ts';
import { keycloakAddress, portalEnvironment, signIn, test } from './support/place.ts';
import { createRealm } from './support/realm.ts';

/** A portal behind nginx with its defaults, with a Redis; its person is in this many groups, which all tokens name. */
async function startWithGroups(count: number) {
	const port = await freePort();
	const url = `https://localhost:${port}`;
	const realm = await createRealm(keycloakAddress(), url, groupNames(count));
	await realm.addMapper('oidc-group-membership-mapper', {
		'claim.name': 'groups',
		'full.path': 'false',
		'access.token.claim': 'true',
		'id.token.claim': 'true',
		'userinfo.token.claim': 'true'
	});
	const redis = await startRedis();
	const landscape = await startLandscape({
		runtime,
		front: async (portalPort) => {
			const nginx = await startNginx({ port, portalPort, certificate: await makeCertificate() });
			return { url, stop: () => nginx.stop() };
		},
		env: { ...(await portalEnvironment(realm)), REDIS_URL: redis.url }
	});
	const stop = async () => {
		await landscape.stop();
		await redis.stop();
		await realm.remove();
	};
	return { realm, landscape, stop };
}

for (const count of [100, 300]) {
	test(`somebody in ${count} groups signs in, keeps the session, and signs out`, async () => {
		test.setTimeout(90_000);
		const { realm, landscape, stop } = await startWithGroups(count);
		const visitor = new Browser(landscape.url);
		await signIn(visitor, realm.person);
		const { accessToken, refreshToken, idToken, tokensKey } = await heldSession(visitor, landscape);
		await tokensDue(visitor, landscape);
		const me = await visitor.call('/api/me');
		const refreshed = await heldSession(visitor, landscape);
		await visitor.call('/api/auth/signout', { method: 'POST' });
		const sizes = [accessToken, refreshToken, idToken].map((token) => token?.length).join(', ');
		const head = Math.max(...visitor.visits.filter(({ url }) => url.origin === landscape.url).map(headBytes));
		console.log(`${count} groups: access, refresh and ID token ${sizes}; largest head ${head} bytes`);
		await stop();

		expect(tokensKey).toBeDefined();
		expect([me.status, refreshed.accessToken === accessToken]).toEqual([200, false]);
		expect(holdsSession(visitor)).toBe(false);
		expect(head).toBeLessThan(4000);
	});
}
