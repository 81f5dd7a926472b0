import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { copyOf, heldSession, holdsSession, tokensDue } from './support/held-session.ts';
import { type Instances, startInstances } from './support/instances.ts';
import {
	createWalletSession,
	expectLoginError,
	nextCallbackOf,
	sessionPath,
	signInAtInstitution
} from './support/journeys.ts';
import { actAsOne } from './support/shared-store.ts';
import { SOON, storeOf } from './support/store-outage.ts';
import { AUDIENCE } from './support/third-party.ts';

describe.skipIf(!hasRedis())('two instances that keep tokens in Redis', () => {
	let redis: Redis;
	let instances: Instances;
	let browser: Browser;

	beforeAll(async () => {
		redis = await startRedis();
		const env = { REDIS_URL: redis.url, SESSION_TOKENS: 'store', API_AUDIENCE: AUDIENCE };
		instances = await startInstances(2, { runtime, env });
	});
	afterAll(async () => {
		await instances.stop();
		await redis.stop();
	});

	actAsOne(() => instances);

	describe('with one signed-in person', () => {
		beforeEach(async () => {
			browser = new Browser(instances.url);
			await signInAtInstitution(browser);
		});

		const records = () => redis.keys('portal:tokens:*');
		const atOther = () => copyOf(browser, instances.urls[1] ?? '');

		test('a refresh replaces the tokens in the store, and sets no cookie at any instance', async () => {
			const before = await heldSession(browser, instances);
			await tokensDue(browser, instances);
			const responses = await Promise.all([browser, atOther()].map((who) => who.call('/api/me')));
			expect(responses.map(({ status }) => status)).toEqual([200, 200]);
			expect(responses.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
			const after = await heldSession(browser, instances);
			expect(after.generation).toBe(1);
			expect(after.accessToken).not.toBe(before.accessToken);
			expect(instances.sandbox.counts().refreshGrants).toBe(1);
		});

		test('a sign-out deletes the tokens, and revokes the refresh token at the STS', async () => {
			const before = (await records()).length;
			const revocations = instances.sandbox.counts().operations['sts.revocation'] ?? 0;
			await browser.call('/api/auth/signout', { method: 'POST' });
			await expect.poll(async () => (await records()).length).toBe(before - 1);
			expect(instances.sandbox.counts().operations['sts.revocation']).toBe(revocations + 1);
		});

		test('what is in Redis can’t be read without the cookie', async () => {
			const { accessToken, refreshToken = '', sub, id } = await heldSession(browser, instances);
			const texts = await Promise.all((await records()).map((key) => redis.command(`GET ${key}`)));
			expect(texts.length).toBeGreaterThan(0);
			for (const secret of [accessToken, refreshToken, sub, id])
				expect(texts.filter((text) => String(text).includes(secret))).toEqual([]);
		});

		test('status reads write nothing to the store', async () => {
			const id = await createWalletSession(browser);
			const monitor = await redis.monitor();
			for (let reads = 0; reads < 5; reads++) expect((await browser.call(sessionPath(id, 'status'))).status).toBe(200);
			const mark = crypto.randomUUID();
			await redis.command(`ECHO ${mark}`);
			await expect.poll(() => monitor.commands.join(), SOON).toContain(mark);
			monitor.stop();
			const own = monitor.commands.filter((line) => line.includes('portal:') && !line.includes('verify:'));
			expect(own.filter((line) => /"get" "portal:tokens:/i.test(line)).length).toBe(5);
			expect(own.filter((line) => !/"(?:get|pttl)"/i.test(line))).toEqual([]);
		});

		test('while Redis does not respond, only requests that need the tokens fail, and the person stays signed in', async () => {
			const id = await createWalletSession(browser);
			const copy = atOther();
			const status = (who: Browser) => who.call(sessionPath(id, 'status'));
			redis.freeze();
			try {
				for (const who of [browser, copy]) {
					await expect.poll(async () => (await status(who)).status, SOON).toBe(503);
					expect((await status(who)).headers.get('retry-after')).toMatch(/^\d+$/);
					expect((await who.call('/api/me')).status).toBe(200);
					expect((await who.open('/account', { follow: false })).status).toBe(200);
				}
			} finally {
				redis.thaw();
			}
			for (const who of [browser, copy]) await expect.poll(async () => (await status(who)).status, SOON).toBe(200);
			expect([browser, copy].every(holdsSession)).toBe(true);
		});

		test('a sign-in that cannot store its tokens fails, and the person keeps the session that they had', async () => {
			const { id } = await heldSession(browser, instances);
			const callback = await nextCallbackOf(browser);
			redis.freeze();
			try {
				await expect.poll(() => storeOf(instances.url), SOON).toBe('down');
				const page = await browser.open(callback, { from: instances.sandbox.stsUrl });
				expectLoginError(page, 'sts_unavailable');
				await expect.poll(() => instances.portal.logs()).toMatch(/"sign_in.failed".*"reason":"sts_unavailable"/);
				const line = instances.portal
					.logs()
					.split('\n')
					.find((one) => one.includes('could not be stored'));
				expect(line).toMatch(/the shared store is unavailable: \w+/);
				expect(line).toContain('and not at the STS');
			} finally {
				redis.thaw();
			}
			for (const url of instances.urls) await expect.poll(() => storeOf(url), SOON).toBe('up');
			expect((await heldSession(browser, instances)).id).toBe(id);
			expect((await browser.call('/api/me')).status).toBe(200);
		});

		test('when Redis has lost the tokens, the session ends with a reason, and a new sign-in works', async () => {
			const api = atOther();
			await redis.command('FLUSHALL');
			const account = await browser.open('/account?tab=1');
			expect(account.url.pathname).toBe('/login');
			expect(Object.fromEntries(account.url.searchParams)).toMatchObject({
				error: 'session_expired',
				returnTo: '/account?tab=1'
			});
			const ended = /"reason":"tokens_not_in_store","by":"portal","event":"session.ended"/;
			await expect.poll(() => instances.portal.logs()).toMatch(ended);
			expect((await api.call('/api/me')).status).toBe(401);
			expect([browser, api].some(holdsSession)).toBe(false);
			expect((await signInAtInstitution(new Browser(instances.url))).url.pathname).toBe('/account');
		});
	});
});
