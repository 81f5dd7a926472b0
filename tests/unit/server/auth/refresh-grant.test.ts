import { decodeJwt } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { redeemRefreshToken } from '$lib/server/auth/refresh-grant';
import { NotConnected } from '$lib/server/http/upstream-error';
import { configure } from '../configured';
import { fakeSts, oddClaims } from './fake-sts';
import { someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
const sent = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
vi.mock('$lib/server/upstream/connections', async () => {
	const { sendBy } = await import('../fetch-client');
	return { createConnections: () => sendBy((url, init) => sent(url, init)) };
});

let sts: Awaited<ReturnType<typeof fakeSts>>;
beforeAll(async () => {
	sts = await fakeSts();
});
beforeEach(() => {
	sts.behaviour = { claims: { nonce: undefined }, tokens: { refresh_token: 'the-next-refresh-token' } };
	sts.tokenRequests.length = 0;
	vi.stubGlobal('fetch', sts.fetch);
	sent.mockReset().mockImplementation((url, init) => sts.fetch(url, init));
});
afterEach(() => {
	vi.unstubAllGlobals();
	configure();
});

const session = { ...someSession(), refreshToken: 'the-refresh-token' };
const redeem = () => redeemRefreshToken(session);
const code = (name: string) => Object.assign(new Error(name), { code: name });
const notConnected = (name: string) => new NotConnected(code(name));

describe('a refresh token', () => {
	test('is redeemed with the credentials of the portal’s client', async () => {
		await redeem();
		expect(sts.tokenRequests.map((form) => Object.fromEntries(form))).toEqual([
			{
				grant_type: 'refresh_token',
				refresh_token: 'the-refresh-token',
				client_id: 'portal-client',
				client_secret: 'portal-client-secret'
			}
		]);
	});

	test('is redeemed with the configured client authentication', async () => {
		configure({ STS_CLIENT_AUTH: 'client_secret_basic' });
		await redeem();
		const [, init] = sent.mock.calls[0] ?? [];
		const [, credentials = ''] = new Headers(init?.headers).get('authorization')?.split('Basic ') ?? [];
		expect(decodeURIComponent(atob(credentials))).toBe('portal-client:portal-client-secret');
		expect(sts.tokenRequests[0]?.has('client_secret')).toBe(false);
	});

	test('returns new tokens and their expiry', async () => {
		const { expiresAt = 0, refreshAt = 0, ...tokens } = await redeem();
		expect(tokens).toMatchObject({ accessToken: 'the-access-token', refreshToken: 'the-next-refresh-token' });
		expect(expiresAt - Math.floor(Date.now() / 1000)).toBeGreaterThan(3590);
		expect(expiresAt - refreshAt).toBe(60);
	});

	test('and the ID token are kept if the STS returns no new ones', async () => {
		sts.behaviour.tokens = { refresh_token: undefined, id_token: undefined };
		expect(await redeem()).toMatchObject({ refreshToken: 'the-refresh-token', idToken: 'the-id-token' });
	});
});

describe('a response with unusual values', () => {
	test.each<[string, Record<string, unknown>]>([
		['null for expires_in and scope', { expires_in: null, scope: null }],
		['strings for numbers', { expires_in: '3600' }],
		['an expires_in that is not a number', { expires_in: 'soon' }],
		['a negative expires_in', { expires_in: -1 }],
		['an expires_in of 0', { expires_in: 0 }],
		['a list for scope', { scope: ['openid', 'email'] }],
		['no token_type', { token_type: undefined }],
		['null for token_type', { token_type: null }],
		['a token_type in capitals', { token_type: 'BEARER' }]
	])('(%s) returns new tokens', async (_what, tokens) => {
		sts.behaviour.tokens = { refresh_token: 'the-next-refresh-token', ...tokens };
		expect(await redeem()).toMatchObject({
			accessToken: 'the-access-token',
			refreshToken: 'the-next-refresh-token',
			idToken: expect.stringMatching(/^eyJ/) as unknown
		});
	});

	test.each([null, '', 7, {}])('(%j for the refresh token and the ID token) keeps the current ones', async (none) => {
		sts.behaviour.tokens = { refresh_token: none, id_token: none };
		expect(await redeem()).toMatchObject({ refreshToken: 'the-refresh-token', idToken: 'the-id-token' });
	});

	test.each(oddClaims)(
		'(an ID token with %s) returns new tokens, with the ID token unchanged',
		async (_what, claims) => {
			sts.behaviour.claims = { nonce: undefined, ...claims };
			const { idToken = '' } = await redeem();
			expect(decodeJwt(idToken)).toMatchObject(JSON.parse(JSON.stringify(claims)) as object);
		}
	);
});

describe('a response with an ID token', () => {
	const seconds = Math.floor(Date.now() / 1000);
	test.each([
		['ahead', { exp: seconds - 60 }],
		['behind', { iat: seconds + 60, nbf: seconds + 60 }]
	])('refreshes the session of an instance whose clock is a minute %s', async (_, claims) => {
		sts.behaviour.claims = { nonce: undefined, ...claims };
		expect(await redeem()).toMatchObject({ accessToken: 'the-access-token' });
	});

	test.each([
		['of another person', { sub: 'subject-2' }],
		['of another issuer', { iss: 'https://elsewhere.example' }],
		['for another client', { aud: 'another-client' }],
		['with another authorized party', { azp: 'another-client' }],
		['that was issued far in the future', { iat: Math.floor(Date.now() / 1000) + 3600 }],
		['with the hash of another access token', { at_hash: 'wrong' }]
	])('%s ends the session', async (_, claims) => {
		sts.behaviour.claims = { nonce: undefined, ...claims };
		await expect(redeem()).rejects.toMatchObject({ fault: 'ended' });
	});

	test('with a forged signature ends the session', async () => {
		sts.behaviour.isForged = true;
		await expect(redeem()).rejects.toMatchObject({ fault: 'ended', code: 'id_token_not_valid' });
	});
});

describe('while the keys of the STS are unavailable', () => {
	test('an ID token signed with a new key under the same id refreshes the session', async () => {
		await redeem();
		vi.stubGlobal('fetch', (input: string, init: RequestInit) =>
			input.endsWith('/jwks') ? Promise.resolve(new Response('oops', { status: 503 })) : sts.fetch(input, init)
		);
		sts.behaviour.isForged = true;
		expect(await redeem()).toMatchObject({ accessToken: 'the-access-token' });
	});

	test('an ID token with another authorized party still ends the session', async () => {
		const jwks = `http://localhost:8092/jwks-${crypto.randomUUID()}`;
		vi.resetModules();
		sts.behaviour = {
			...sts.behaviour,
			metadata: { jwks_uri: jwks },
			claims: { nonce: undefined, azp: 'another-client' }
		};
		const reloaded = await import('$lib/server/auth/refresh-grant');
		await expect(reloaded.redeemRefreshToken(session)).rejects.toMatchObject({ fault: 'ended' });
	});

	test.each<[string, () => Promise<Response>]>([
		['it does not respond', () => Promise.reject(new TypeError('fetch failed'))],
		['it responds with 500', () => Promise.resolve(new Response('oops', { status: 500 }))],
		['it responds with HTML', () => Promise.resolve(new Response('<html>'))],
		['it has not published the new one yet', () => Promise.resolve(Response.json({ keys: [] }))]
	])('an ID token is accepted without verifying its signature because %s', async (_, keys) => {
		// Other keys than those that an earlier test has fetched.
		const jwks = `http://localhost:8092/jwks-${crypto.randomUUID()}`;
		vi.stubGlobal('fetch', (input: string, init: RequestInit) => (input === jwks ? keys() : sts.fetch(input, init)));
		vi.resetModules();
		sts.behaviour.metadata = { jwks_uri: jwks };
		const reloaded = await import('$lib/server/auth/refresh-grant');
		expect(await reloaded.redeemRefreshToken(session)).toMatchObject({ accessToken: 'the-access-token' });
	});
});

type Row = [what: string, fault: string, code: string, respond: () => Promise<Response>];

describe('the error', () => {
	const responses =
		(status: number, body: unknown, headers: Record<string, string> = {}) =>
		() =>
			Promise.resolve(Response.json(body, { status, headers }));
	const html = (status: number) => () => Promise.resolve(new Response('<html>', { status }));
	const fails = (error: Error) => () => Promise.reject(error);

	test.each<Row>([
		['that ends a session: invalid_grant', 'ended', 'invalid_grant', responses(400, { error: 'invalid_grant' })],
		...[
			'access_denied',
			'consent_required',
			'expired_token',
			'interaction_required',
			'login_required',
			'mfa_required'
		].map((error): Row => [`that ends a session: ${error}`, 'ended', error, responses(400, { error })]),
		...['invalid_scope', 'invalid_target', 'unauthorized_client'].map((error): Row => [
			`of the client: ${error}`,
			'postponed',
			error,
			responses(400, { error })
		]),
		['of the client: 401', 'postponed', 'invalid_client', responses(401, { error: 'invalid_client' })],
		['of the client: 400', 'postponed', 'invalid_client', responses(400, { error: 'invalid_client' })],
		[
			'of the client: a challenge',
			'postponed',
			'invalid_client',
			responses(401, {}, { 'www-authenticate': 'Basic realm="sts"' })
		],
		...['server_error', 'temporarily_unavailable', 'slow_down'].map((error): Row => [
			`of the STS itself, with 400: ${error}`,
			'postponed',
			error,
			responses(400, { error })
		]),
		['of an unknown code', 'refused', 'refused', responses(400, { error: 'something new' })],
		['invalid_request', 'refused', 'invalid_request', responses(400, { error: 'invalid_request' })],
		['that ends a session, with 200', 'ended', 'invalid_grant', responses(200, { error: 'invalid_grant' })],
		['of a gateway, with 200', 'lost', 'unreadable_response', responses(200, { error: 'maintenance' })],
		...[403, 404, 429, 500, 503].map((status): Row => [
			`${status} in HTML`,
			'postponed',
			`sts_${status}`,
			html(status)
		]),
		['a redirect', 'postponed', 'sts_303', () => Promise.resolve(new Response(null, { status: 303 }))],
		['502 of a gateway', 'lost', 'sts_502', html(502)],
		['504 of a gateway', 'lost', 'sts_504', html(504)],
		['200 in HTML', 'lost', 'unreadable_response', html(200)],
		['200 without tokens', 'lost', 'unreadable_response', responses(200, {})],
		['a refused connection', 'postponed', 'sts_unreachable', fails(notConnected('ECONNREFUSED'))],
		['an unknown host name', 'postponed', 'sts_unreachable', fails(notConnected('ENOTFOUND'))],
		['a connection that broke off', 'lost', 'no_response', fails(code('ECONNRESET'))],
		['a timeout', 'lost', 'no_response', fails(new DOMException('late', 'TimeoutError'))],
		['anything else', 'lost', 'no_response', fails(new Error('?'))]
	])('%s is classified as %s (%s)', async (_, fault, expected, response) => {
		sent.mockImplementation(response);
		await expect(redeem()).rejects.toMatchObject({ name: 'WorkFailed', fault, code: expected });
		expect(sent).toHaveBeenCalledOnce();
	});

	test('of a failed discovery request is classified as postponed, and no token request is sent', async () => {
		vi.resetModules();
		vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
		const reloaded = await import('$lib/server/auth/refresh-grant');
		await expect(reloaded.redeemRefreshToken(session)).rejects.toMatchObject({ fault: 'postponed' });
		expect(sent).not.toHaveBeenCalled();
	});
});
