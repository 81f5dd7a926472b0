import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { login as words } from '../../src/lib/i18n/en/public.ts';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { copyOf, heldSession, holdsSession } from './support/held-session.ts';
import { type Instances, startInstances } from './support/instances.ts';
import { callbackOf, expectLoginError, institutionOf, signInAtInstitution } from './support/journeys.ts';

const RETURN_TO = '/help?from=here';
const flowNames = (browser: Browser) => [...browser.cookies().keys()].filter((name) => name.startsWith('portal.flow.'));

describe('one instance', () => {
	let landscape: Landscape;
	let browser: Browser;
	beforeAll(async () => {
		landscape = await startLandscape({ runtime });
	});
	afterAll(() => landscape.stop());
	beforeEach(() => {
		landscape.sandbox.reset();
		browser = new Browser(landscape.url);
	});
	const fromSts = () => ({ from: landscape.sandbox.stsUrl });
	const redemptions = () => landscape.sandbox.count('sts.token:code');
	const pushed = () => landscape.sandbox.count('sts.par');

	test('a second browser with the same callback gets no session, and causes no request to the STS', async () => {
		const callback = await callbackOf(browser);
		const second = new Browser(landscape.url);
		await second.open('/login');
		const before = landscape.sandbox.lastRequests('sts').length;
		const page = await second.open(callback, fromSts());
		expectLoginError(page, 'sign_in_interrupted');
		expect(holdsSession(second)).toBe(false);
		expect(landscape.sandbox.lastRequests('sts')).toHaveLength(before);
		await browser.open(callback, fromSts());
		expect(holdsSession(browser)).toBe(true);
		await second.open(callback, fromSts());
		expect(holdsSession(second)).toBe(false);
		expect(redemptions()).toBe(1);
	});

	test.each([
		['HEAD', { method: 'HEAD', headers: {} }, 204],
		['a prefetch', { method: 'GET', headers: { 'sec-purpose': 'prefetch;prerender' } }, 503],
		['an old prefetch', { method: 'GET', headers: { purpose: 'prefetch' } }, 503]
	] as const)('%s of the callback does not redeem the code', async (_, { method, headers }, status) => {
		const callback = await callbackOf(browser);
		const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'cross-site' };
		const looked = await browser.call(callback.pathname + callback.search, {
			method,
			headers: { ...navigation, accept: 'text/html', ...headers }
		});
		expect(looked.status).toBe(status);
		expect(looked.headers.getSetCookie()).toEqual([]);
		expect(redemptions()).toBe(0);
		expect((await browser.open(callback, fromSts())).url.pathname).toBe('/account');
	});

	test('200 replays of a callback with the same flow cookie cause one token call', async () => {
		const callback = await callbackOf(browser);
		const copies = Array.from({ length: 200 }, () => copyOf(browser, landscape.url));
		const ends = await Promise.all(copies.map((copy) => copy.open(callback, { ...fromSts(), follow: false })));
		expect(ends.filter(({ status }) => status !== 303)).toEqual([]);
		expect(redemptions()).toBe(1);
	});

	test('200 callbacks with invented parameters cause no request to the STS', async () => {
		await browser.open('/login');
		const before = landscape.sandbox.lastRequests('sts').length;
		const query = (n: number) => `code=c&state=${'0'.repeat(16)}${n % 10}.${'A'.repeat(22)}.${'A'.repeat(80)}`;
		await Promise.all(
			Array.from({ length: 200 }, (_, n) =>
				browser.open(`/api/auth/callback/sts?${query(n)}`, { ...fromSts(), follow: false })
			)
		);
		expect(landscape.sandbox.lastRequests('sts')).toHaveLength(before);
	});

	test.each([
		['a refusal at the institution', { decision: { person: '', decision: 'refused' } }, 'access_denied'],
		['a failure at the institution', { decision: { person: '', decision: 'failed' } }, 'sts_unavailable']
	] as const)('%s keeps the return path', async (_, options, error) => {
		const callback = await callbackOf(browser, { ...options, returnTo: RETURN_TO });
		const page = await browser.open(callback, fromSts());
		expectLoginError(page, error, RETURN_TO);
		expect(linkIn(page, 'institution=uni-noord')).toContain(encodeURIComponent(RETURN_TO));
	});

	test('a code that the STS rejects keeps the return path, and one click restarts the sign-in', async () => {
		landscape.sandbox.scenario('sts-error', { operation: 'token', error: 'invalid_grant' });
		const page = await browser.open(await callbackOf(browser, { returnTo: RETURN_TO }), fromSts());
		expectLoginError(page, 'sign_in_failed', RETURN_TO);
		landscape.sandbox.reset();
		// The person has just signed in at the institution, and need not do so again.
		expect((await browser.open(startAgainLink(page))).url.href).toBe(landscape.url + RETURN_TO);
	});

	test('the language switch on the page of a failed sign-in keeps the error and the return path', async () => {
		const callback = await callbackOf(browser, { decision: { person: '', decision: 'refused' }, returnTo: RETURN_TO });
		const page = await browser.open(callback, fromSts());
		const dutch = await browser.submit(page, { locale: 'nl' }, '/locale');
		expect(dutch.text).toContain('lang="nl"');
		expectLoginError(dutch, 'access_denied', RETURN_TO);
	});

	test('an expired sign-in at the STS is restarted automatically, but only once', async () => {
		const expired = { error: 'temporarily_unavailable', reason: 'authentication_expired' };
		landscape.sandbox.scenario('login-error', { ...expired, times: 1 });
		const callback = await callbackOf(browser, { returnTo: RETURN_TO });
		const response = await browser.open(callback, { ...fromSts(), follow: false });
		expect(response.status).toBe(303);
		expect(new URL(response.headers.get('location') ?? '').origin).toBe(landscape.sandbox.stsUrl);
		expect(pushed()).toBe(2);
		// While the first request's cookie is still there (a double click), the same new request is used.
		const institution = await browser.open(response.headers.get('location') ?? '', fromSts());
		expect((await browser.submit(institution, { person: 'known-student' })).url.href).toBe(landscape.url + RETURN_TO);

		landscape.sandbox.scenario('login-error', expired);
		const other = new Browser(landscape.url);
		const first = await other.open(await callbackOf(other, { returnTo: RETURN_TO }), fromSts());
		const page = await other.submit(first, { person: 'known-student' });
		expectLoginError(page, 'sign_in_expired', RETURN_TO);
		expect(pushed()).toBe(4);
	});

	test('the oldest of five tabs reports that its sign-in was replaced, and restarts it with one click', async () => {
		const oldest = await institutionOf(browser, RETURN_TO);
		const tabs: Visit[] = [];
		for (let tab = 2; tab <= 5; tab++) tabs.push(await institutionOf(browser, `/help?tab=${tab}`));
		expect(flowNames(browser)).toHaveLength(4);
		const page = await browser.submit(oldest, { person: 'known-student' });
		expectLoginError(page, 'sign_in_replaced', RETURN_TO);
		expect(page.text).toContain(words.errors.sign_in_replaced.what);
		// The other tabs continue, each to its own page.
		for (const [index, tab] of tabs.entries()) {
			const end = await browser.submit(tab, { person: 'known-student' });
			expect(end.url.href).toBe(`${landscape.url}/help?tab=${index + 2}`);
		}
	});

	test('a sign-in that version 1.0.0 started ends on a page that says that the site was updated', async () => {
		await browser.open('/login');
		const flow = '0mf0aaaaa00000000';
		for (const kind of ['state', 'pkce', 'nonce'])
			browser.putCookie(`portal.${kind}.${flow}`, 'eyJhbGciOiJkaXIifQ..a.b.c');
		browser.putCookie(`portal.callback.${flow}`, encodeURIComponent(landscape.url + RETURN_TO));
		const state = `${flow}.eyJhbGciOiJkaXIifQ..a.b.c`;
		const page = await browser.open(`/api/auth/callback/sts?${new URLSearchParams({ code: 'c', state })}`, fromSts());
		expectLoginError(page, 'sign_in_updated', RETURN_TO);
		expect(page.status).toBe(200);
		expect([...browser.cookies().keys()].filter((name) => name.endsWith(flow))).toEqual([]);
	});

	test.each(['/account', `/account?${'x'.repeat(503)}`])(
		'a flow’s cookie stays within 600 bytes for %s',
		async (path) => {
			await institutionOf(browser, path);
			const sizes = flowNames(browser).map((name) => `${name}=${browser.cookies().get(name) ?? ''}`.length);
			expect(sizes).toHaveLength(1);
			expect(Math.max(...sizes)).toBeLessThanOrEqual(600);
		}
	);
});

describe.skipIf(!hasRedis())('two instances with Redis', () => {
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
	beforeEach(() => instances.sandbox.reset());
	const redemptions = () => instances.sandbox.count('sts.token:code');
	/** The same address at another instance, as if a load balancer had chosen it. */
	const at = (url: string, callback: URL) => new URL(callback.pathname + callback.search, url);

	test('a callback that both receive at once redeems the code once, and both create the session', async () => {
		const browser = new Browser(instances.url);
		const callback = await callbackOf(browser);
		instances.sandbox.scenario('sts-slow', { operation: 'token:code', ms: 500 });
		const copies = [0, 1, 0, 1].map((n) => copyOf(browser, instances.urls[n] ?? ''));
		const ends = await Promise.all(
			copies.map((copy, n) =>
				copy.open(at(instances.urls[n % 2] ?? '', callback), { from: instances.sandbox.stsUrl, follow: false })
			)
		);
		expect(ends.map(({ status, headers }) => [status, headers.get('location')])).toEqual(
			ends.map(() => [303, '/account'])
		);
		const held = await Promise.all(copies.map((copy) => heldSession(copy, instances)));
		expect(new Set(held.map(({ id }) => id)).size).toBe(1);
		expect(redemptions()).toBe(1);
		expect((await copies[1]?.call('/api/me'))?.status).toBe(200);
	});

	test('after a sign-out, a replayed callback creates no session at either instance', async () => {
		const browser = new Browser(instances.url);
		const callback = await callbackOf(browser);
		const before = instances.urls.map((url) => copyOf(browser, url));
		await browser.open(callback, { from: instances.sandbox.stsUrl });
		await browser.call('/api/auth/signout', { method: 'POST' });
		for (const [n, copy] of before.entries()) {
			const url = instances.urls[n] ?? '';
			await copy.open(at(url, callback), { from: instances.sandbox.stsUrl, follow: false });
			expect(holdsSession(copy)).toBe(false);
		}
		expect(redemptions()).toBe(1);
	});

	test('the result is sealed in Redis, where no token and no subject is readable', async () => {
		const browser = new Browser(instances.url);
		await signInAtInstitution(browser);
		const { accessToken, refreshToken = '', sub } = await heldSession(browser, instances);
		const keys = await redis.keys('*once:*');
		const stored = await Promise.all(keys.map(async (key) => String(await redis.command(`GET ${key}`))));
		expect(stored.filter((text) => text.includes('"done"'))).not.toEqual([]);
		expect(stored.filter((text) => [accessToken, refreshToken, sub].some((secret) => text.includes(secret)))).toEqual(
			[]
		);
	});
});

function startAgainLink(page: Visit): string {
	const [, notice = ''] = /class="notice error[^>]*>(.*?)<\/div>/s.exec(page.text) ?? [];
	const [, href = ''] = /<a class="button" href="([^"]*)"/.exec(notice) ?? [];
	expect(href).toContain('/login/start?');
	return href.replaceAll('&amp;', '&');
}
