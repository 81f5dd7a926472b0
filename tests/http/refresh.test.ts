import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Browser, linkIn } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { beginCall } from './support/abandoned-call.ts';
import { copyOf, heldSession, holdsSession, tokensDue, tokensOver } from './support/held-session.ts';
import { expectLoginError, signInAtInstitution } from './support/journeys.ts';

const STS_TIMEOUT_MS = 1500;
let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { STS_TIMEOUT_MS: String(STS_TIMEOUT_MS) } });
});
afterAll(() => landscape.stop());
beforeEach(async () => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
});

const grants = () => landscape.sandbox.counts().refreshGrants;
const me = (who = browser) => who.call('/api/me');
const onRefresh = { operation: 'token:refresh' };
const outcome = async (who = browser) => {
	const { status, text, headers } = await me(who);
	return { status, error: (JSON.parse(text) as { error?: string }).error, retryAfter: headers.get('retry-after') };
};
/** Whether the token family is still valid. Makes one token request, which succeeds only in that case. */
async function familyLives(): Promise<boolean> {
	const before = grants();
	await tokensOver(browser, landscape);
	return (await me()).status === 200 && grants() === before + 1;
}

describe('when tokens expire', () => {
	test('200 requests and 3 tabs at once cost one token call, all succeed, and the token family stays valid', async () => {
		await tokensOver(browser, landscape);
		const tabs = Array.from({ length: 3 }, () => browser.open('/account'));
		const responses = await Promise.all([...tabs, ...Array.from({ length: 200 }, () => me())]);
		expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
		expect(grants()).toBe(1);
		expect(await familyLives()).toBe(true);
	});

	test('a late request with the old cookie gets the newest tokens, without a token call', async () => {
		await tokensOver(browser, landscape);
		const late = copyOf(browser, landscape.url);
		await me();
		expect([(await me(late)).status, grants()]).toEqual([200, 1]);
		const { accessToken } = await heldSession(browser, landscape);
		expect(await heldSession(late, landscape)).toMatchObject({ accessToken });
	});

	test('a request shortly before expiry refreshes the tokens, and the next request has the new ones', async () => {
		await tokensDue(browser, landscape);
		expect((await me()).status).toBe(200);
		expect(await heldSession(browser, landscape)).toMatchObject({ generation: 1 });
		expect((await me()).headers.getSetCookie()).toEqual([]);
		expect(grants()).toBe(1);
	});

	test('a refresh does not extend the session', async () => {
		const before = JSON.parse((await me()).text) as { expires: string };
		await tokensOver(browser, landscape);
		const response = await me();
		expect(JSON.parse(response.text)).toMatchObject({ expires: before.expires });
		// The browser stores the cookie until it is closed.
		expect(response.headers.getSetCookie()[0]).toMatch(/^portal\.session=[^;]+;(?!.*(?:Max-Age|Expires))/);
		expect(JSON.parse((await me()).text)).toMatchObject({ expires: before.expires });
	});

	test('and the browser disconnects during a refresh, the refresh finishes and the next request uses its result', async () => {
		await tokensOver(browser, landscape);
		landscape.sandbox.scenario('sts-slow', { ...onRefresh, ms: 500 });
		const goAway = beginCall(browser, `${landscape.url}/api/me`);
		await vi.waitFor(() => expect(grants()).toBe(1), { timeout: 5000, interval: 10 });
		goAway();
		expect((await me()).status).toBe(200);
		expect(grants()).toBe(1);
	});
});

describe('while the STS', () => {
	test('returns 500, nobody is signed out: requests get 503 with Retry-After, and succeed once it is back', async () => {
		await tokensOver(browser, landscape);
		landscape.sandbox.scenario('sts-500', onRefresh);
		expect(await outcome()).toEqual({ status: 503, error: 'upstream_unavailable', retryAfter: '1' });
		const page = await browser.open('/account');
		expect([page.status, page.url.pathname, page.headers.get('retry-after')]).toEqual([503, '/account', '1']);
		expect(holdsSession(browser)).toBe(true);
		landscape.sandbox.lift('sts-500');
		expect((await me()).status).toBe(200);
	});

	test('refuses to refresh with invalid_scope, the page offers to sign in again and to sign out', async () => {
		await tokensOver(browser, landscape);
		landscape.sandbox.scenario('sts-error', { ...onRefresh, error: 'invalid_scope', status: 400 });
		const page = await browser.open('/account');
		expect(page.status).toBe(503);
		await browser.open(linkIn(page, '/login/start'));
		expect((await me()).status).toBe(200);
		await tokensOver(browser, landscape);
		await browser.submit(await browser.open('/account'), {}, '/api/auth/signout');
		expect(holdsSession(browser)).toBe(false);
	});

	test.each([
		'interaction_required',
		'login_required',
		'consent_required',
		'access_denied',
		'mfa_required',
		'expired_token'
	])('refuses to refresh with %s, the session ends and the login page says so', async (error) => {
		await tokensOver(browser, landscape);
		landscape.sandbox.scenario('sts-error', { ...onRefresh, error, status: 400 });
		expectLoginError(await browser.open('/account'), 'session_expired', '/account');
		expect(holdsSession(browser)).toBe(false);
	});

	test('refuses to refresh with another 400, the session continues, and ends at the second refusal', async () => {
		await tokensOver(browser, landscape);
		landscape.sandbox.scenario('sts-error', { ...onRefresh, error: 'something_new', status: 400 });
		expect((await outcome()).status).toBe(503);
		expect(holdsSession(browser)).toBe(true);
		expect((await outcome()).status).toBe(401);
		expect(holdsSession(browser)).toBe(false);
	});

	test('returns 500, valid tokens stay in use', async () => {
		await tokensDue(browser, landscape);
		landscape.sandbox.scenario('sts-500', onRefresh);
		expect((await me()).status).toBe(200);
		expect(holdsSession(browser)).toBe(true);
	});

	test.each(['sts-down', 'sts-html', 'sts-redirect'] as const)('fails with %s, nobody is signed out', async (name) => {
		await tokensOver(browser, landscape);
		landscape.sandbox.scenario(name, { ...onRefresh, status: 404 });
		expect((await me()).status).toBe(503);
		expect(holdsSession(browser)).toBe(true);
		landscape.sandbox.lift(name);
		expect((await me()).status).toBe(200);
		expect(landscape.sandbox.count('trap.visit')).toBe(0);
	});

	test('is slow, requests wait for one response, and no refresh token is redeemed twice', async () => {
		await tokensOver(browser, landscape);
		landscape.sandbox.scenario('sts-slow', { ...onRefresh, ms: STS_TIMEOUT_MS - 700 });
		const responses = await Promise.all(Array.from({ length: 5 }, () => me()));
		expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
		expect(grants()).toBe(1);
		landscape.sandbox.reset();
		expect(await familyLives()).toBe(true);
	});

	test('refuses the portal’s credentials, nobody is signed out, and the log says why', async () => {
		await tokensOver(browser, landscape);
		landscape.sandbox.scenario('sts-error', { ...onRefresh, error: 'invalid_client', status: 401 });
		expect(await outcome()).toMatchObject({ status: 503, retryAfter: '1' });
		expect(holdsSession(browser)).toBe(true);
		await expect.poll(() => landscape.portal.logs()).toMatch(/"ERROR".*invalid_client/);
		landscape.sandbox.reset();
		expect((await me()).status).toBe(200);
	});

	test('loses a response, the refresh token is redeemed once more only after the access token has expired', async () => {
		await tokensDue(browser, landscape);
		landscape.sandbox.scenario('sts-lost', { ...onRefresh, times: 1 });
		const responses = [await me(), await me(), await me()];
		expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
		expect(grants()).toBe(1);
		await tokensOver(browser, landscape);
		expect(await outcome()).toMatchObject({ status: 401, error: 'unauthorized' });
		expect(grants()).toBe(2);
		expect(holdsSession(browser)).toBe(false);
	});
});

describe('when the STS has ended the grant', () => {
	beforeEach(async () => {
		await tokensOver(browser, landscape);
		landscape.sandbox.scenario('sts-error', { ...onRefresh, error: 'invalid_grant' });
	});

	test('an API call gets 401, and the cookie is gone', async () => {
		expect(await outcome()).toMatchObject({ status: 401, error: 'unauthorized' });
		expect(holdsSession(browser)).toBe(false);
		expect((await browser.call('/api/auth/session')).text).toBe('null');
	});

	test('a page redirects to the login page, which says why and keeps the return path', async () => {
		const page = await browser.open('/account');
		expect(page.url.pathname).toBe('/login');
		expect(page.url.searchParams.get('error')).toBe('session_expired');
		expect(page.url.searchParams.get('returnTo')).toBe('/account');
		expect(holdsSession(browser)).toBe(false);
	});

	test('all requests with the same cookie share one token call', async () => {
		const copies = Array.from({ length: 10 }, () => copyOf(browser, landscape.url));
		const responses = await Promise.all(copies.map((copy) => me(copy)));
		expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(401));
		expect(grants()).toBe(1);
	});
});

describe('when the Bridge refuses an access token that has not expired', () => {
	const create = () => browser.call('/api/wallet/sessions', { method: 'POST', json: {} });

	test('the token is refreshed once and the call is sent again', async () => {
		landscape.sandbox.scenario('bridge-401', { operation: 'create', times: 1 });
		expect((await create()).status).toBe(201);
		expect([grants(), landscape.sandbox.count('bridge.create')]).toEqual([1, 2]);
		const { accessToken } = await heldSession(browser, landscape);
		expect(landscape.sandbox.lastHeaders('create').authorization).toBe(`Bearer ${accessToken}`);
	});

	test('and the refreshed one too, requests get a 502 response, with only one token call', async () => {
		landscape.sandbox.scenario('bridge-401', { operation: 'create' });
		expect((await create()).status).toBe(502);
		expect((await create()).status).toBe(502);
		expect(grants()).toBe(1);
		expect(holdsSession(browser)).toBe(true);
	});

	test('and the STS has ended the grant, the session is over', async () => {
		landscape.sandbox.scenario('bridge-401', { operation: 'create' });
		landscape.sandbox.scenario('sts-error', { ...onRefresh, error: 'invalid_grant' });
		expect((await create()).status).toBe(401);
		expect(holdsSession(browser)).toBe(false);
	});

	test('for a page, and the STS has ended the grant, the login page says so and keeps the return path', async () => {
		landscape.sandbox.scenario('bridge-401', { operation: 'bindings' });
		landscape.sandbox.scenario('sts-error', { ...onRefresh, error: 'invalid_grant' });
		expectLoginError(await browser.open('/account'), 'session_expired', '/account');
		expect(holdsSession(browser)).toBe(false);
	});

	test('and the STS is unreachable, nobody is signed out', async () => {
		landscape.sandbox.scenario('bridge-401', { operation: 'create', times: 1 });
		landscape.sandbox.scenario('sts-500', onRefresh);
		expect((await create()).status).toBe(502);
		landscape.sandbox.reset();
		expect((await create()).status).toBe(201);
	});
});
