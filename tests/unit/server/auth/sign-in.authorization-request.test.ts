import { describe, expect, test, vi } from 'vitest';
import { configure } from '../configured';
import { returned, started, sts } from './sign-in-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));

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
