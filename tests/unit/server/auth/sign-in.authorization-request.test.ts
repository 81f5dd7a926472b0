import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endSignIn } from '$lib/server/auth/callback';
import type { Provider, Session } from '$lib/server/auth/session';
import { keepFlow } from '$lib/server/auth/sign-in-flow';
import { type SignInOptions, startSignIn } from '$lib/server/auth/sign-in';
import { keepOwned } from '$lib/server/auth/wallet-cookies';
import { requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';
import { fakeSts } from './fake-sts';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));

const sts = await fakeSts();
vi.stubGlobal('fetch', sts.fetch);
beforeEach(() => {
	sts.behaviour = {};
	sts.tokenRequests = [];
});
afterEach(() => configure());

/** Starts a sign-in in a browser that holds these cookies. */
async function started(options: Partial<SignInOptions> = {}, cookies = '') {
	const event = requestEvent({ cookie: cookies });
	const start = await startSignIn({ provider: 'sts', returnTo: '/account', ...options }, 'r0');
	if ('error' in start) throw new Error(start.error);
	keepFlow(event.cookies, start.flow);
	return {
		url: new URL(start.url),
		flow: start.flow,
		setCookies: event.cookies.setCookies(),
		cookie: event.cookies.next()
	};
}

async function returned(
	query: URLSearchParams,
	cookie: string,
	provider: Provider = 'sts',
	session: Session | null = null
) {
	const event = requestEvent({ path: `/api/auth/callback/${provider}?${query}`, cookie, session });
	const path = await endSignIn(event, provider);
	return { path, event, session: event.locals.session, cookie: event.cookies.next() };
}

const hidden = ['the-access-token', 'the-refresh-token', 'eyJhbGciOiJFUzI1NiIs'];

describe('starting a sign-in', () => {
	test('asks for a code with PKCE, state and nonce, to come back to the registered address', async () => {
		const { url } = await started();
		expect(url.origin + url.pathname).toBe('http://localhost:8092/authorize');
		expect(Object.fromEntries(url.searchParams)).toMatchObject({
			response_type: 'code',
			client_id: 'portal-client',
			redirect_uri: 'http://localhost:3000/api/auth/callback/sts',
			scope: 'openid profile email eduid offline_access',
			code_challenge: expect.stringMatching(/^[\w-]{43}$/) as unknown,
			code_challenge_method: 'S256',
			nonce: expect.stringMatching(/^[\w-]{20,}$/) as unknown,
			state: expect.stringMatching(/^[0-9a-z]{17}\.\S{20,}$/) as unknown
		});
	});

	test('asks the institution for claims, all voluntary', async () => {
		const { url } = await started();
		const { id_token: wanted } = JSON.parse(url.searchParams.get('claims') ?? '{}') as { id_token: object };
		expect(Object.keys(wanted)).toContain('schac_home_organization');
		expect(new Set(Object.values(wanted))).toEqual(new Set([null]));
	});

	test('with a wallet names the session, and asks for no claims', async () => {
		const { url } = await started({ provider: 'sts-wallet', walletSessionId: 'abc' });
		expect(url.searchParams.get('login_hint')).toBe('oid4vp:abc');
		expect(url.searchParams.get('redirect_uri')).toBe('http://localhost:3000/api/auth/callback/sts-wallet');
		expect(url.searchParams.has('claims')).toBe(false);
	});

	test('asks for nothing that was not wanted', async () => {
		const { url } = await started();
		expect(url.searchParams.has('prompt')).toBe(false);
		expect(url.searchParams.has('login_hint')).toBe(false);
	});

	test('can name an institution, and request the credentials again', async () => {
		const { url } = await started({ institution: 'uni-a', requestsLogin: true });
		expect(Object.fromEntries(url.searchParams)).toMatchObject({ provider: 'uni-a', prompt: 'login' });
	});

	test('keeps one HttpOnly, Lax cookie of its own, without any of its secrets in clear', async () => {
		const { setCookies, flow } = await started();
		expect(setCookies.map((line) => line.replace(/=[\w-]{100,}/, '=…'))).toEqual([
			`portal.flow.${flow.id}=…; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax`
		]);
		expect([flow.verifier, flow.nonce, flow.stateKey].filter((secret) => setCookies[0]?.includes(secret))).toEqual([]);
	});

	test('under https names it __Host- and makes it Secure', async () => {
		configure({ AUTH_URL: 'https://portal.example.org' });
		const { setCookies } = await started();
		expect(setCookies.filter((text) => !/^__Host-portal\.flow\..*; Secure;/.test(text))).toEqual([]);
	});

	test.each([
		['a usual return path', '/account/wallets/6c1f2a52-7f0b-4a8e-9d35-0c8c3a0e6b11/unlink', 'universiteit-noord'],
		['the longest return path', `/${'x'.repeat(511)}`, 'universiteit-noord'],
		['the longest of both', `/${'x'.repeat(511)}`, 'i'.repeat(128)]
	])('keeps to 600 bytes of cookie with %s, and comes back to that path', async (_, returnTo, institution) => {
		configure({ AUTH_URL: 'https://portal.example.org' });
		const { cookie, url } = await started({ returnTo, institution, requestsLogin: true });
		expect(cookie.length).toBeLessThanOrEqual(600);
		expect(await returned(sts.authorize(url), cookie)).toMatchObject({ path: returnTo });
	});
	test('without the STS says so', async () => {
		vi.resetModules();
		const { startSignIn: startAnew } = await import('$lib/server/auth/sign-in');
		vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
		const start = await startAnew({ provider: 'sts', returnTo: '/' }, 'r0');
		vi.stubGlobal('fetch', sts.fetch);
		expect(start).toEqual({ error: 'sts_unavailable' });
	});
});

describe('coming back from the STS', () => {
	test('signs in, and goes where the person wanted to go', async () => {
		const { url, cookie } = await started({ returnTo: '/account?x=1' });
		const end = await returned(sts.authorize(url), cookie);
		expect(end.path).toBe('/account?x=1');
		expect(end.session).toMatchObject({
			provider: 'sts',
			sub: 'subject-1',
			accessToken: 'the-access-token',
			refreshToken: 'the-refresh-token'
		});
	});

	test('redeems the code with the verifier and the client secret, in the body', async () => {
		const { url, cookie } = await started();
		await returned(sts.authorize(url), cookie);
		expect(sts.tokenRequests.map((body) => Object.fromEntries(body))).toEqual([
			expect.objectContaining({
				grant_type: 'authorization_code',
				code: 'the-code',
				redirect_uri: 'http://localhost:3000/api/auth/callback/sts',
				code_verifier: expect.stringMatching(/^[\w-]{43}$/) as unknown,
				client_secret: 'portal-client-secret'
			})
		]);
	});

	test('leaves none of the flow’s cookies, and no token outside the session', async () => {
		const { url, cookie } = await started();
		const end = await returned(sts.authorize(url), cookie);
		expect(end.cookie).toBe('');
		const seen = JSON.stringify([end.path, end.event.cookies.setCookies()]);
		expect(hidden.filter((token) => seen.includes(token))).toEqual([]);
	});

	test('uses up the wallet session that it named: it signs nobody in a second time', async () => {
		const now = Date.now();
		const times = { startedAt: now, expiresAt: now + 300_000 };
		const wallet = { requestUri: 'openid4vp://x', returnTo: '/', idv: 'none', completed: true, ...times } as const;
		const browser = requestEvent();
		await keepOwned(browser.cookies, { ...wallet, id: 'used' });
		await keepOwned(browser.cookies, { ...wallet, id: 'open', completed: false });
		const { url, cookie } = await started({ provider: 'sts-wallet' }, browser.cookies.next());
		const end = await returned(sts.authorize(url), cookie, 'sts-wallet');
		expect(end.path).toBe('/account');
		expect(end.cookie).toMatch(/^portal\.wallet\.open=[\w-]+$/);
	});

	test('puts facts in locals, and nothing of Auth.js', async () => {
		const { url, cookie } = await started();
		const { event } = await returned(sts.authorize(url), cookie);
		expect(Object.keys(event.locals).sort()).toEqual(['locale', 'requestId', 'session']);
	});

	test('works for each of two tabs that sign in at once', async () => {
		const first = await started({ returnTo: '/account?tab=1' });
		const second = await started({ returnTo: '/account?tab=2' }, first.cookie);
		const secondEnd = await returned(sts.authorize(second.url), second.cookie);
		const firstEnd = await returned(sts.authorize(first.url), secondEnd.cookie);
		expect([secondEnd.path, firstEnd.path]).toEqual(['/account?tab=2', '/account?tab=1']);
	});

	test('a second time does not disturb a signed-in person', async () => {
		const { url, cookie } = await started();
		const query = sts.authorize(url);
		const first = await returned(query, cookie);
		const again = await returned(query, `${first.cookie}; other=1`, 'sts', first.session);
		expect(again.path).toBe('/account');
		expect(again.session).toBe(first.session);
	});

	test.each<[string, (query: URLSearchParams) => void]>([
		['another state', (query) => query.set('state', `${query.get('state') ?? ''}x`)],
		['no state', (query) => query.delete('state')],
		['another flow', (query) => query.set('state', `00000000${query.get('state')?.slice(8) ?? ''}`)],
		['another issuer', (query) => query.set('iss', 'https://evil.example')]
	])('with %s signs nobody in', async (_, change) => {
		const { url, cookie } = await started();
		const query = sts.authorize(url);
		change(query);
		const end = await returned(query, cookie);
		expect(end.session).toBeNull();
		expect(end.path).toMatch(/^\/login\?error=sign_in_\w+&helpCode=r1$/);
		expect(sts.tokenRequests).toEqual([]);
	});

	test('at the other provider’s address signs nobody in', async () => {
		const { url, cookie } = await started();
		const end = await returned(sts.authorize(url), cookie, 'sts-wallet');
		expect(end.session).toBeNull();
		expect(sts.tokenRequests).toEqual([]);
	});

	test('in a browser without cookies says that cookies are needed', async () => {
		const { url } = await started();
		expect((await returned(sts.authorize(url), '')).path).toBe('/login?error=cookies_required&helpCode=r1');
	});

	test('in another browser signs nobody in', async () => {
		const { url } = await started();
		expect((await returned(sts.authorize(url), 'portal.login=x')).path).toBe(
			'/login?error=sign_in_interrupted&helpCode=r1'
		);
		expect(sts.tokenRequests).toEqual([]);
	});

	test.each([
		['access_denied', 'access_denied'],
		['temporarily_unavailable', 'sts_unavailable'],
		['<script>', 'sign_in_failed']
	])('with error=%s shows our own code %s', async (said, code) => {
		const { url, cookie } = await started();
		const state = sts.authorize(url).get('state') ?? '';
		const query = new URLSearchParams({
			error: said,
			error_description: 'raw text',
			state,
			iss: 'http://localhost:8092'
		});
		const end = await returned(query, cookie);
		expect(end.path).toBe(`/login?error=${code}&helpCode=r1`);
		expect(end.cookie).toBe('');
	});

	test.each<[string, typeof sts.behaviour]>([
		['of a key that is not published', { isForged: true }],
		['of another issuer', { claims: { iss: 'https://evil.example' } }],
		['for another client', { claims: { aud: 'someone-else' } }],
		['with another nonce', { claims: { nonce: 'other' } }],
		['that has expired', { claims: { exp: 1 } }],
		['without a subject', { claims: { sub: undefined } }],
		['that is missing', { tokens: { id_token: undefined } }]
	])('with an ID token %s signs nobody in', async (_, behaviour) => {
		const { url, cookie } = await started();
		sts.behaviour = behaviour;
		const end = await returned(sts.authorize(url), cookie);
		expect(end.path).toBe('/login?error=sign_in_failed&helpCode=r1');
		expect(end.session).toBeNull();
	});

	test('while the STS is unreachable says so', async () => {
		const { url, cookie } = await started();
		sts.behaviour = {
			tokenAnswer: () => {
				throw new TypeError('fetch failed');
			}
		};
		expect((await returned(sts.authorize(url), cookie)).path).toBe('/login?error=sts_unavailable&helpCode=r1');
	});
});

describe('an STS that takes pushed authorization requests', () => {
	test('gets the request over the back channel; the browser carries its name alone', async () => {
		vi.resetModules();
		sts.behaviour = { metadata: { pushed_authorization_request_endpoint: 'http://localhost:8092/par' } };
		const { startSignIn: startAnew } = await import('$lib/server/auth/sign-in');
		const start = await startAnew({ provider: 'sts-wallet', returnTo: '/', walletSessionId: 'abc' }, 'r0');
		expect(start).toMatchObject({
			url: 'http://localhost:8092/authorize?client_id=portal-client&request_uri=urn%3Apushed%3A1'
		});
		expect(sts.pushed.map((body) => body.get('login_hint'))).toEqual(['oid4vp:abc']);
		expect(sts.pushed[0]?.get('state')).toMatch(/^[0-9a-z]{17}\./);
	});
});
