import { describe, expect, test, vi } from 'vitest';
import { configure } from '../configured';
import { returned, started, sts } from './sign-in-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));

describe('starting a sign-in', () => {
	test('requests a code with PKCE, state and nonce, and the registered redirect URI', async () => {
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

	test('requests claims from the institution, all of them voluntary', async () => {
		const { url } = await started();
		const { id_token: wanted } = JSON.parse(url.searchParams.get('claims') ?? '{}') as { id_token: object };
		expect(Object.keys(wanted)).toContain('schac_home_organization');
		expect(new Set(Object.values(wanted))).toEqual(new Set([null]));
	});

	test('with a wallet names the wallet session, and requests no claims', async () => {
		const { url } = await started({ provider: 'sts-wallet', walletSessionId: 'abc' });
		expect(url.searchParams.get('login_hint')).toBe('oid4vp:abc');
		expect(url.searchParams.get('redirect_uri')).toBe('http://localhost:3000/api/auth/callback/sts-wallet');
		expect(url.searchParams.has('claims')).toBe(false);
	});

	test('sends no optional parameters by default', async () => {
		const { url } = await started();
		expect(url.searchParams.has('prompt')).toBe(false);
		expect(url.searchParams.has('login_hint')).toBe(false);
	});

	test('can name an institution, and request re-authentication', async () => {
		const { url } = await started({ institution: 'uni-a', requestsLogin: true });
		expect(Object.fromEntries(url.searchParams)).toMatchObject({ provider: 'uni-a', prompt: 'login' });
	});

	test('sets one HttpOnly, Lax cookie, with all its secrets sealed', async () => {
		const { setCookies, flow } = await started();
		expect(setCookies.map((line) => line.replace(/=[\w-]{100,}/, '=…'))).toEqual([
			`portal.flow.${flow.id}=…; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax`
		]);
		expect([flow.verifier, flow.nonce, flow.stateKey].filter((secret) => setCookies[0]?.includes(secret))).toEqual([]);
	});

	test('sets a __Host- and Secure cookie under https', async () => {
		configure({ AUTH_URL: 'https://portal.example.org' });
		const { setCookies } = await started();
		expect(setCookies.filter((text) => !/^__Host-portal\.flow\..*; Secure;/.test(text))).toEqual([]);
	});

	test.each([
		['a usual return path', '/account/wallets/6c1f2a52-7f0b-4a8e-9d35-0c8c3a0e6b11/unlink', 'universiteit-noord'],
		['the longest return path', `/${'x'.repeat(511)}`, 'universiteit-noord'],
		['the longest of both', `/${'x'.repeat(511)}`, 'i'.repeat(128)]
	])('keeps the cookie within 600 bytes with %s, and returns to that path', async (_, returnTo, institution) => {
		configure({ AUTH_URL: 'https://portal.example.org' });
		const { cookie, url } = await started({ returnTo, institution, requestsLogin: true });
		expect(cookie.length).toBeLessThanOrEqual(600);
		expect(await returned(sts.authorize(url), cookie)).toMatchObject({ path: returnTo });
	});
	test('reports that the STS is unavailable if it is unreachable', async () => {
		vi.resetModules();
		const { startSignIn: startAnew } = await import('$lib/server/auth/sign-in');
		vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
		const start = await startAnew({ provider: 'sts', returnTo: '/' }, 'r0');
		vi.stubGlobal('fetch', sts.fetch);
		expect(start).toEqual({ error: 'sts_unavailable' });
	});
});

describe('an STS that supports pushed authorization requests', () => {
	test('receives the request over the back channel, and the browser carries only its request_uri', async () => {
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

	test('keeps the query of its authorization endpoint in the address, and does not receive it as a parameter', async () => {
		vi.resetModules();
		const [authorization_endpoint, par] = ['http://localhost:8092/authorize?tenant=north', 'http://localhost:8092/par'];
		sts.behaviour = { metadata: { authorization_endpoint, pushed_authorization_request_endpoint: par } };
		const { startSignIn: startAnew } = await import('$lib/server/auth/sign-in');
		expect(await startAnew({ provider: 'sts', returnTo: '/' }, 'r0')).toMatchObject({
			url: `${authorization_endpoint}&client_id=portal-client&request_uri=urn%3Apushed%3A1`
		});
		const [pushed] = sts.pushed.slice(-1);
		expect([pushed?.has('tenant'), pushed?.get('response_type')]).toEqual([false, 'code']);
	});
});
