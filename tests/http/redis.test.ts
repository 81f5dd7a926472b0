import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { permissions } from '../../src/lib/server/store/redis-commands.ts';
import { Browser } from '../harness/browser.ts';
import { ApiClient } from '../harness/api-client.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { beginCall } from './support/abandoned-call.ts';
import { copyOf, holdsSession, tokensOver } from './support/held-session.ts';
import { type Instances, startInstances } from './support/instances.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { actAsOne } from './support/shared-store.ts';
import { AUDIENCE, tokenClaims } from './support/third-party.ts';

describe.skipIf(!hasRedis())('three instances with Redis', () => {
	let redis: Redis;
	let instances: Instances;

	beforeAll(async () => {
		redis = await startRedis({ permissions });
		instances = await startInstances(3, {
			runtime,
			env: { REDIS_URL: redis.url, API_AUDIENCE: AUDIENCE, ADMIN_CLIENT_IDS: 'operator' }
		});
	});
	afterAll(async () => {
		await instances.stop();
		await redis.stop();
	});

	actAsOne(() => instances);

	const me = (who: Browser) => who.call('/api/me');
	const signedIn = async () => {
		instances.sandbox.reset();
		const browser = new Browser(instances.url);
		await signInAtInstitution(browser);
		return browser;
	};
	const backIn = (portal: number) =>
		(instances.portals[portal]?.logs() ?? '').split('the shared store is available again').length;

	test('rate limits are counted in Redis, and its user needs no other permissions than the documented ones', async () => {
		await signedIn();
		const [key = ''] = await redis.keys('portal:limit:signInsPerBrowser:*');
		expect(Number(await redis.command(`GET ${key}`))).toBeGreaterThan(0);
		const logs = instances.portals.map((portal) => portal.logs()).join('');
		expect(logs).not.toMatch(/lacks permissions|NOPERM/);
	});

	test('nobody is signed out when Redis restarts, and tokens are refreshed during the outage', async () => {
		const browser = await signedIn();
		const elsewhere = instances.urls.slice(1).map((url) => copyOf(browser, url));
		const returns = backIn(0);
		await redis.stop();
		expect((await me(browser)).status).toBe(200);
		await tokensOver(browser, instances);
		const late = copyOf(browser, instances.url);
		const responses = await Promise.all(Array.from({ length: 20 }, () => me(browser)));
		expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
		expect((await Promise.all(elsewhere.map(me))).map(({ status }) => status)).toEqual([200, 200]);

		await redis.start();
		await vi.waitFor(
			async () => {
				await me(browser);
				expect(backIn(0)).toBe(returns + 1);
			},
			{ timeout: 8000, interval: 50 }
		);
		// The store has restarted empty: this instance writes to it what it has missed.
		const responsesAfter = await Promise.all([late, copyOf(browser, instances.urls[1] ?? '')].map(me));
		expect(responsesAfter.map(({ status }) => status)).toEqual([200, 200]);
		expect(instances.sandbox.counts().refreshGrants).toBe(1);
		expect([browser, late, ...elsewhere].filter((one) => !holdsSession(one))).toEqual([]);
	});

	test.each([
		['a person', 'user'],
		['all people', 'all']
	])('an operator ends the sessions of %s on all instances within a second', async (_, target) => {
		const browser = await signedIn();
		const copies = instances.urls.map((url) => copyOf(browser, url));
		const { user } = JSON.parse((await me(browser)).text) as { user: { id: string } };
		await Promise.all(copies.map(me));
		const claims = tokenClaims(instances, { azp: 'operator', sub: 'operator', scope: 'sessions:revoke' });
		const operator = new ApiClient(instances.urls[2] ?? '', await instances.sandbox.sign(claims));
		const json = target === 'all' ? { all: true } : { userId: user.id };
		const response = await operator.call('/api/admin/sessions/revoke', { method: 'POST', json });
		expect(JSON.parse(response.text)).toEqual({ revoked: target, reach: 'all_instances', pending: false });
		await vi.waitFor(
			async () => expect((await Promise.all(copies.map(me))).map(({ status }) => status)).toEqual([401, 401, 401]),
			{ timeout: 1000, interval: 50 }
		);
		expect((await me(await signedIn())).status).toBe(200);
	});

	test('requests are served while Redis does not respond but keeps its connections open', async () => {
		const browser = await signedIn();
		await me(browser);
		redis.freeze();
		try {
			await tokensOver(browser, instances);
			expect((await me(browser)).status).toBe(200);
		} finally {
			redis.thaw();
		}
		await vi.waitFor(async () => expect((await me(browser)).status).toBe(200), { timeout: 5000, interval: 50 });
		expect(instances.sandbox.counts().refreshGrants).toBe(1);
	});

	test('an instance that stops during a refresh, after its browser disconnected, stores the result for the others', async () => {
		const browser = await signedIn();
		await tokensOver(browser, instances);
		instances.sandbox.scenario('sts-slow', { operation: 'token:refresh', ms: 2500 });
		const goAway = beginCall(browser, `${instances.urls[2] ?? ''}/api/me`);
		await vi.waitFor(() => expect(instances.sandbox.counts().refreshGrants).toBe(1), { timeout: 5000, interval: 10 });
		goAway();
		expect(await instances.portals[2]?.stop()).toBe(0);
		expect((await me(browser)).status).toBe(200);
		expect(instances.sandbox.counts().refreshGrants).toBe(1);
	});
});

describe.skipIf(!hasRedis())('a rate limit of two instances with Redis', () => {
	const LIMIT = 4;
	let redis: Redis;
	let instances: Instances;

	beforeAll(async () => {
		redis = await startRedis();
		instances = await startInstances(2, {
			runtime,
			env: { REDIS_URL: redis.url, RATE_LIMIT_PER_BROWSER: String(LIMIT) }
		});
	});
	afterAll(async () => {
		await instances.stop();
		await redis.stop();
	});

	/** Creates wallet sessions of one browser, sequentially, at the instances in turn; returns the statuses. */
	async function openInTurn(times: number): Promise<number[]> {
		const browser = new Browser(instances.url);
		await browser.open('/login');
		const copies = instances.urls.map((url) => copyOf(browser, url));
		const post = { method: 'POST', json: {}, headers: { origin: instances.url } };
		const statuses: number[] = [];
		for (let n = 0; n < times; n++) {
			const copy = copies[n % copies.length] ?? browser;
			statuses.push((await copy.call('/api/wallet/sessions', post)).status);
		}
		return statuses;
	}
	const times = <Value>(count: number, value: Value) => Array.from({ length: count }, () => value);

	test('applies across both instances, and its keys in Redis do not reveal whose it is', async () => {
		expect(await openInTurn(LIMIT + 2)).toEqual([...times(LIMIT, 201), 429, 429]);
		const keys = await redis.keys('portal:limit:*');
		expect(keys.map((key) => key.replace(/[\w-]{22}$/, '…')).sort()).toEqual([
			'portal:limit:perAddress:…',
			'portal:limit:perBrowser:…'
		]);
	});

	test('applies per instance while Redis is unreachable, and other requests succeed', async () => {
		await redis.stop();
		try {
			expect(await openInTurn(2 * LIMIT + 2)).toEqual([...times(2 * LIMIT, 201), 429, 429]);
		} finally {
			await redis.start();
		}
	});
});
