import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, headBytes } from '../harness/browser.ts';
import { makeCertificate } from '../harness/certificate.ts';
import { freePort } from '../harness/free-port.ts';
import { startKeycloakFront } from '../harness/keycloak-front.ts';
import { groupNames } from '../harness/keycloak-tokens.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { startNginx } from '../harness/nginx.ts';
import type { AlteringProxy } from '../harness/proxy.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { heldSession, holdsSession, tokensDue } from './support/held-session.ts';
import { expectLoginError, signInAtInstitution } from './support/journeys.ts';

let groups: readonly string[] = [];
let keycloak: AlteringProxy;

/** A portal behind nginx with its defaults, and an STS whose access tokens name these groups. */
async function startBehindNginx(env: Landscape['env']): Promise<Landscape> {
	return startLandscape({
		runtime,
		front: async (portalPort) => {
			const port = await freePort();
			const nginx = await startNginx({ port, portalPort, certificate: await makeCertificate() });
			return { url: `https://localhost:${port}`, stop: () => nginx.stop() };
		},
		env: async ({ stsUrl }) => {
			keycloak = await startKeycloakFront(stsUrl, () => groups);
			return { STS_INTERNAL_URL: keycloak.url, ...env };
		}
	});
}

describe.skipIf(!hasRedis())('behind nginx with its defaults, with Redis', () => {
	let redis: Redis;
	let landscape: Landscape;
	beforeAll(async () => {
		redis = await startRedis();
		landscape = await startBehindNginx({ REDIS_URL: redis.url });
	});
	afterAll(async () => {
		await landscape.stop();
		await keycloak.stop();
		await redis.stop();
	});

	test.each([
		{ count: 0, place: 'cookie' },
		{ count: 100, place: 'store' },
		{ count: 300, place: 'store' }
	])('tokens with $count groups: sign-in, refresh and sign-out work; the tokens are in the $place', async (what) => {
		groups = groupNames(what.count);
		const browser = new Browser(landscape.url);
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
		const session = await heldSession(browser, landscape);
		expect(session.tokensKey === undefined ? 'cookie' : 'store').toBe(what.place);
		expect((await redis.keys('portal:tokens:*')).length).toBe(what.place === 'store' ? 1 : 0);

		await tokensDue(browser, landscape);
		expect((await browser.call('/api/me')).status).toBe(200);
		const renewed = await heldSession(browser, landscape);
		expect(renewed.accessToken).not.toBe(session.accessToken);
		expect(renewed.tokensKey).toBe(session.tokensKey);

		await browser.call('/api/auth/signout', { method: 'POST' });
		expect(holdsSession(browser)).toBe(false);
		await expect.poll(() => redis.keys('portal:tokens:*')).toEqual([]);
		const heads = browser.visits.map(headBytes);
		console.log(`${what.count} groups: access token ${session.accessToken.length}, head ${Math.max(...heads)} bytes`);
		expect(Math.max(...heads)).toBeLessThan(4000);
	});
});

describe('behind nginx with its defaults, without a shared store', () => {
	let landscape: Landscape;
	beforeAll(async () => {
		landscape = await startBehindNginx({});
	});
	afterAll(async () => {
		await landscape.stop();
		await keycloak.stop();
	});
	const warnings = () => landscape.portal.logs().split('larger than proxies accept').length - 1;

	test('tokens with 200 groups exceed the buffer of nginx, and the log says so once', async () => {
		groups = groupNames(200);
		for (let signIns = 0; signIns < 2; signIns++) {
			const browser = new Browser(landscape.url);
			expect((await signInAtInstitution(browser)).status).toBe(502);
		}
		expect(warnings()).toBe(1);
	});

	test('tokens with 500 groups are too large for cookies, and the sign-in ends with an error', async () => {
		groups = groupNames(500);
		const browser = new Browser(landscape.url);
		expectLoginError(await signInAtInstitution(browser), 'session_too_large');
	});
});
