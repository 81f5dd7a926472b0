import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { copyOf, heldSession, holdsSession, tokensOver } from './support/held-session.ts';
import { type Instances, startInstances } from './support/instances.ts';
import { signInAtInstitution } from './support/journeys.ts';

/** The upgrade from 1.0.0 as in docs/operations.md: instances that write different formats run side by side. */
describe.skipIf(!hasRedis())('instances with SESSION_FORMAT 1 and 2 side by side', () => {
	let redis: Redis;
	let instances: Instances;

	beforeAll(async () => {
		redis = await startRedis();
		const env = { REDIS_URL: redis.url };
		instances = await startInstances(2, { runtime, env: { ...env, SESSION_FORMAT: '2' } }, { SESSION_FORMAT: '1' });
	});
	afterAll(async () => {
		await instances.stop();
		await redis.stop();
	});
	beforeEach(() => {
		instances.sandbox.reset();
	});

	const at = (format: 1 | 2) => (format === 2 ? instances.url : (instances.urls[1] ?? ''));
	const me = (browser: Browser, format: 1 | 2) => browser.call(`${at(format)}/api/me`);
	const signedIn = async () => {
		const browser = new Browser(instances.url);
		await signInAtInstitution(browser);
		return browser;
	};

	test('a session keeps its person and its tokens when requests alternate between the instances', async () => {
		const browser = await signedIn();
		const { accessToken, refreshToken } = await heldSession(browser, instances);
		for (const format of [1, 2, 1, 1, 2, 2, 1] as const) {
			expect(await me(browser, format)).toMatchObject({ status: 200, text: expect.stringContaining('Sanne de Vries') });
		}
		expect(await heldSession(browser, instances)).toMatchObject({ accessToken, refreshToken });
	});

	test.each([
		[1, 2],
		[2, 1]
	] as const)(
		'tokens refreshed by the instance with format %d are used by the one with format %d',
		async (first, second) => {
			const browser = await signedIn();
			await me(browser, second);
			await tokensOver(browser, instances);
			const late = copyOf(browser, instances.url);
			expect((await me(browser, first)).status).toBe(200);
			expect((await me(browser, second)).status).toBe(200);
			expect((await me(late, second)).status).toBe(200);
			expect(instances.sandbox.counts().refreshGrants).toBe(1);
		}
	);

	test('format 1 rewrites the session once, and format 2 does not rewrite it', async () => {
		const browser = await signedIn();
		const rewrites = [];
		for (const format of [2, 1, 2, 1, 2] as const) {
			const { headers } = await me(browser, format);
			rewrites.push(headers.getSetCookie().some((cookie) => cookie.startsWith('portal.session=')));
		}
		expect(rewrites).toEqual([false, true, false, false, false]);
	});

	test.each([1, 2] as const)('a sign-out at the instance with format %d ends the session at both', async (format) => {
		const browser = await signedIn();
		await me(browser, 1);
		const copies = [copyOf(browser, instances.url), copyOf(browser, instances.url)] as const;
		expect((await browser.call(`${at(format)}/api/auth/signout`, { method: 'POST' })).status).toBe(303);
		await expect.poll(async () => (await me(copies[0], 1)).status).toBe(401);
		await expect.poll(async () => (await me(copies[1], 2)).status).toBe(401);
		expect(copies.filter(holdsSession)).toEqual([]);
	});
});
