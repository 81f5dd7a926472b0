import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { copyOf } from './support/held-session.ts';
import { type Instances, startInstances } from './support/instances.ts';
import { expectLoginError, sessionPath, sharedWalletSession } from './support/journeys.ts';

/** A completed wallet session signs a person in only once, across all instances. */
let redis: Redis;
let instances: Instances;

beforeAll(async () => {
	redis = await startRedis();
	instances = await startInstances(2, { runtime, env: { REDIS_URL: redis.url } });
});
afterAll(async () => {
	await instances.stop();
	await redis.stop();
});

const CONTINUE = '/login/start?provider=sts-wallet';

/** A browser with a completed wallet session, and a copy of its cookies from before any use. */
async function completed() {
	const browser = new Browser(instances.url);
	const id = await sharedWalletSession(browser, instances.sandbox, 'known-student');
	const early = copyOf(browser, instances.url);
	const response = await browser.call(sessionPath(id, 'complete'), { method: 'POST' });
	expect(response.status).toBe(200);
	return { id, browser, early, copy: copyOf(browser, instances.url) };
}

const isSignedIn = async (browser: Browser) => (await browser.call('/api/auth/session')).text !== 'null';

test.skipIf(!hasRedis())(
	'a copy of a completed wallet cookie cannot sign in after the original browser has signed in',
	async () => {
		const { id, browser, early, copy } = await completed();
		expect((await browser.open(CONTINUE)).url.pathname).toBe('/account');
		expectLoginError(await copy.open(CONTINUE), 'wallet_session_foreign');
		// Nor does a copy from before completion: the session cannot be completed again.
		expect((await early.call(sessionPath(id, 'complete'), { method: 'POST' })).status).toBe(404);
		expect([await isSignedIn(copy), await isSignedIn(early)]).toEqual([false, false]);
	}
);

test.skipIf(!hasRedis())('a copy of a completed wallet cookie cannot sign in on another instance either', async () => {
	const { id, browser, copy } = await completed();
	await browser.open(CONTINUE);
	const elsewhere = copyOf(copy, instances.urls[1] ?? '');
	const ours = { origin: new URL(instances.url).origin };
	const again = await elsewhere.call(sessionPath(id, 'complete'), { method: 'POST', headers: ours });
	expect(again.status).toBe(404);
	expectLoginError(await elsewhere.open(CONTINUE), 'wallet_session_foreign');
});

test.skipIf(!hasRedis())(
	'a copy of a completed wallet cookie cannot sign in after the original browser signs out or cancels',
	async () => {
		for (const end of ['/api/auth/signout', '/login/wallet?/cancel']) {
			const { browser, copy } = await completed();
			await browser.open(end, { form: {}, follow: false });
			expectLoginError(await copy.open(CONTINUE), 'wallet_session_foreign');
		}
	}
);

test.skipIf(!hasRedis())(
	'if two sign-ins start with the same wallet session, only the first one to return succeeds',
	async () => {
		const { browser, copy } = await completed();
		const [first, second] = await Promise.all([browser, copy].map((one) => one.open(CONTINUE, { follow: false })));
		expect((await browser.open(first?.headers.get('location') ?? '', { from: instances.url })).url.pathname).toBe(
			'/account'
		);
		await copy.open(second?.headers.get('location') ?? '', { from: instances.url });
		expect(await isSignedIn(copy)).toBe(false);
	}
);

test.skipIf(!hasRedis())(
	'a sign-in that fails at the STS can be tried again with the same wallet session',
	async () => {
		const { browser } = await completed();
		instances.sandbox.scenario('sts-down');
		await browser.open(CONTINUE);
		instances.sandbox.lift('sts-down');
		expect(await isSignedIn(browser)).toBe(false);
		expect((await browser.open(CONTINUE)).url.pathname).toBe('/account');
	}
);
