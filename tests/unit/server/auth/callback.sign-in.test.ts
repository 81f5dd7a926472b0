import { describe, expect, test, vi } from 'vitest';
import { keepOwned } from '$lib/server/auth/wallet-cookies';
import { requestEvent } from '../../../harness/request-event';
import { returned, started, sts } from './sign-in-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));

const hidden = ['the-access-token', 'the-refresh-token', 'eyJhbGciOiJFUzI1NiIs'];

describe('a callback from the STS', () => {
	test('signs the person in, and redirects to the return path', async () => {
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

	test('leaves no cookies of the flow, and no token outside the session', async () => {
		const { url, cookie } = await started();
		const end = await returned(sts.authorize(url), cookie);
		expect(end.cookie).toBe('');
		const seen = JSON.stringify([end.path, end.event.cookies.setCookies()]);
		expect(hidden.filter((token) => seen.includes(token))).toEqual([]);
	});

	const times = { startedAt: Date.now(), expiresAt: Date.now() + 300_000 };
	const wallet = { requestUri: 'openid4vp://x', returnTo: '/', idv: 'none', completed: true, ...times } as const;

	test('consumes the completed wallet session, so that it cannot sign in a second time', async () => {
		const browser = requestEvent();
		await keepOwned(browser.cookies, { ...wallet, id: 'used' });
		const { url, cookie } = await started({ provider: 'sts-wallet' }, browser.cookies.next());
		const end = await returned(sts.authorize(url), cookie, 'sts-wallet');
		expect([end.path, end.cookie]).toEqual(['/account', '']);
	});

	test.each([
		['ends the wallet sessions from before it', undefined, /^portal\.wallet\.later=[\w-]+$/],
		['of another person does too', 'another', /^portal\.wallet\.later=[\w-]+$/],
		[
			'of the person who is signed in ends none',
			'same',
			/^portal\.wallet\.earlier=[\w-]+; portal\.wallet\.later=[\w-]+$/
		]
	])('%s', async (_, who, left) => {
		const first = await started();
		const { session } = await returned(sts.authorize(first.url), first.cookie);
		if (session === null) throw new Error('nobody is signed in');
		const before = { same: session, another: { ...session, id: 'another', userId: 'another' } };
		const browser = requestEvent();
		const open = { ...wallet, completed: false };
		await keepOwned(browser.cookies, { ...open, id: 'earlier', startedAt: Date.now() - 1 });
		const { url, cookie } = await started({}, browser.cookies.next());
		const other = requestEvent({ cookie });
		await keepOwned(other.cookies, { ...open, id: 'later', startedAt: Date.now() + 1000 });
		const query = sts.authorize(url);
		const end = await returned(query, other.cookies.next(), 'sts', who ? before[who as keyof typeof before] : null);
		expect(end.cookie).toMatch(left);
	});

	test.each([
		['this', true],
		['another', false]
	])(
		'after the identity verification of %s wallet session records whether a wallet was linked',
		async (which, isLinked) => {
			const browser = requestEvent();
			const ids = { this: `verified-${which}`, another: `plain-${which}` };
			await keepOwned(browser.cookies, { ...wallet, id: ids.this, idv: 'done' });
			await keepOwned(browser.cookies, { ...wallet, id: ids.another });
			const walletSessionId = isLinked ? ids.this : ids.another;
			const { url, cookie } = await started({ provider: 'sts-wallet', walletSessionId }, browser.cookies.next());
			const end = await returned(sts.authorize(url), cookie, 'sts-wallet');
			expect(end.cookie).toBe(isLinked ? 'portal.linked=1' : '');
		}
	);

	test('adds only the session to locals, and nothing of Auth.js', async () => {
		const { url, cookie } = await started();
		const { event } = await returned(sts.authorize(url), cookie);
		expect(Object.keys(event.locals).sort()).toEqual(['locale', 'requestId', 'session']);
	});

	test('works for two tabs that sign in at the same time', async () => {
		const first = await started({ returnTo: '/account?tab=1' });
		const second = await started({ returnTo: '/account?tab=2' }, first.cookie);
		const secondEnd = await returned(sts.authorize(second.url), second.cookie);
		const firstEnd = await returned(sts.authorize(first.url), secondEnd.cookie);
		expect([secondEnd.path, firstEnd.path]).toEqual(['/account?tab=2', '/account?tab=1']);
	});

	test('does not replace the session of a signed-in person when it is repeated', async () => {
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
	])('is rejected with %s', async (_, change) => {
		const { url, cookie } = await started();
		const query = sts.authorize(url);
		change(query);
		const end = await returned(query, cookie);
		expect(end.session).toBeNull();
		expect(end.path).toMatch(/^\/login\?error=sign_in_\w+&helpCode=r1$/);
		expect(sts.tokenRequests).toEqual([]);
	});

	test('is rejected at the path of the other provider', async () => {
		const { url, cookie } = await started();
		const end = await returned(sts.authorize(url), cookie, 'sts-wallet');
		expect(end.session).toBeNull();
		expect(sts.tokenRequests).toEqual([]);
	});

	test('reports that cookies are required in a browser without cookies', async () => {
		const { url } = await started();
		expect((await returned(sts.authorize(url), '')).path).toBe('/login?error=cookies_required&helpCode=r1');
	});

	test('is rejected in another browser', async () => {
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
	])('with error=%s shows the portal’s own error code %s', async (said, code) => {
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
	])('is rejected with an ID token %s', async (_, behaviour) => {
		const { url, cookie } = await started();
		sts.behaviour = behaviour;
		const end = await returned(sts.authorize(url), cookie);
		expect(end.path).toBe('/login?error=sign_in_failed&helpCode=r1');
		expect(end.session).toBeNull();
	});

	test('reports that the STS is unavailable if it is unreachable', async () => {
		const { url, cookie } = await started();
		sts.behaviour = {
			tokenResponse: () => {
				throw new TypeError('fetch failed');
			}
		};
		expect((await returned(sts.authorize(url), cookie)).path).toBe('/login?error=sts_unavailable&helpCode=r1');
	});
});
