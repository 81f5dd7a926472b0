import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { copyOf, heldSession, tokensOver } from './support/held-session.ts';
import { type Instances, startInstances } from './support/instances.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { SOON, timesIn } from './support/store-outage.ts';

const LOST = 'the shared store has lost its data';

describe.skipIf(!hasRedis())('two instances whose Redis loses its data', () => {
	let redis: Redis;
	let instances: Instances;
	let browser: Browser;

	beforeAll(async () => {
		redis = await startRedis();
		instances = await startInstances(2, { runtime, env: { REDIS_URL: redis.url } });
	});
	afterAll(async () => {
		await instances.stop();
		await redis.stop();
	});
	beforeEach(async () => {
		instances.sandbox.reset();
		browser = new Browser(instances.url);
		await signInAtInstitution(browser);
	});

	const atOther = () => copyOf(browser, instances.urls[1] ?? '');
	const me = async (who: Browser) => (await who.call('/api/me')).status;
	const revocations = async () => (await redis.keys('portal:deny:*')).sort();
	const flush = () => redis.command('FLUSHALL');
	const restart = async () => {
		await redis.stop();
		await redis.start();
	};

	test.each([
		{ what: 'is emptied', lose: flush },
		{ what: 'restarts without persistence', lose: restart }
	])('an ended session stays ended on both instances, without any request, when Redis $what', async ({ lose }) => {
		const copy = atOther();
		await browser.call('/api/auth/signout', { method: 'POST' });
		const before = await revocations();
		await lose();
		await expect.poll(revocations, SOON).toEqual(before);
		// The other instance may not have reconnected yet.
		await expect.poll(() => me(copy), SOON).toBe(401);
	});

	test('a session that the STS ended stays ended', async () => {
		const copy = atOther();
		const { sid } = await heldSession(browser, instances);
		await instances.sandbox.backchannelLogout('known-student', 'sts', sid);
		await flush();
		await expect.poll(() => me(copy), SOON).toBe(401);
	});

	test('a refresh token that one instance has redeemed is not redeemed again by the other', async () => {
		await tokensOver(browser, instances);
		const late = atOther();
		expect(await me(browser)).toBe(200);
		await flush();
		expect(await me(late)).toBe(200);
		expect(instances.sandbox.counts().refreshGrants).toBe(1);
		expect((await heldSession(late, instances)).accessToken).toBe((await heldSession(browser, instances)).accessToken);
	});

	test('each instance logs the loss once', async () => {
		const before = instances.portals.map((portal) => timesIn(portal, LOST));
		await flush();
		await expect
			.poll(() => instances.portals.map((portal) => timesIn(portal, LOST)), SOON)
			.toEqual(before.map((times) => times + 1));
	});
});
