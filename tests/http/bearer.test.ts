import { createHmac } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { ApiClient } from '../harness/api-client.ts';
import { exchange } from '../harness/exchange.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { AUDIENCE, serviceToken, tokenClaims } from './support/third-party.ts';

let landscape: Landscape;

beforeAll(async () => {
	const BACKENDS = JSON.stringify({ browsers: { url: 'http://127.0.0.1:9', token: 'none' } });
	landscape = await startLandscape({ runtime, env: { API_AUDIENCE: AUDIENCE, BACKENDS } });
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const nowSeconds = () => Math.floor(Date.now() / 1000);
const asking = (token: string, headers = {}) => new ApiClient(landscape.url, token).call('/api/me', { headers });
const signed = (changes: JWTPayload = {}, header: Record<string, unknown> = {}) =>
	landscape.sandbox.sign(tokenClaims(landscape, changes), header);

async function refusal(token: string) {
	const { status, headers, text } = await asking(token);
	const body = JSON.parse(text) as { error: string; requestId: string };
	expect(body.requestId).toBe(headers.get('x-request-id'));
	expect(headers.getSetCookie()).toEqual([]);
	return { status, error: body.error, challenge: headers.get('www-authenticate') };
}

const invalid = (why: string) => ({
	status: 401,
	error: 'unauthorized',
	challenge: `Bearer realm="portal", error="invalid_token", error_description="${why}", scope="profile:read"`
});
const WAY = 'The access token is signed in a way that is not accepted.';

/** Otherwise a client would get a new token, in vain. */
test.each([
	['an unknown backend', 'GET', '/api/backends/unknown/x'],
	['a backend for browsers only', 'GET', '/api/backends/browsers/x'],
	['a route for browsers only', 'POST', '/api/wallet/sessions/ab12cd34-0000-4000-8000-000000000000/dc-api']
])('a valid access token gets 401 from %s, which says that it accepts none', async (_, method, path) => {
	const client = new ApiClient(landscape.url, await serviceToken(landscape));
	const { status, headers, text } = await client.call(path, { method, ...(method === 'POST' && { json: {} }) });
	const why = 'Access tokens are not accepted here.';
	expect([status, JSON.parse(text)]).toMatchObject([401, { error: 'unauthorized', message: why }]);
	expect(headers.get('www-authenticate')).toBe(
		`Bearer realm="portal", error="invalid_token", error_description="${why}"`
	);
});

describe('an access token', () => {
	test('that an API client got by client credentials is accepted', async () => {
		const response = await asking(await serviceToken(landscape));
		expect(response.status).toBe(200);
		expect(JSON.parse(response.text)).toEqual({
			clientId: 'third-party',
			scope: 'wallet:sessions profile:read',
			expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/) as string
		});
		expect(response.headers.getSetCookie()).toEqual([]);
	});

	test.each<[string, string, () => Promise<string>]>([
		['that has expired', 'The access token has expired.', () => signed({ exp: nowSeconds() - 60 })],
		['that is not valid yet', 'The access token is not valid yet.', () => signed({ nbf: nowSeconds() + 60 })],
		['for another audience', 'The access token is for another audience.', () => signed({ aud: 'portal-frontend' })],
		[
			'of another issuer',
			'The access token was issued by another issuer.',
			() => signed({ iss: 'https://elsewhere.example' })
		],
		[
			'signed with a key the STS does not have',
			'The access token is signed with a key that the issuer does not have.',
			() => signed({}, { kid: 'another' })
		],
		['without a signature', WAY, async () => `${base64url({ alg: 'none' })}.${base64url(tokenClaims(landscape))}.`]
	])('%s is refused', async (_, why, make) => {
		expect(await refusal(await make())).toEqual(invalid(why));
	});

	test('signed with the public key as a shared secret is refused', async () => {
		const { text: jwks } = await exchange(new URL('/jwks', landscape.sandbox.stsUrl), { method: 'GET', headers: {} });
		const text = `${base64url({ alg: 'HS256' })}.${base64url(tokenClaims(landscape))}`;
		const token = `${text}.${createHmac('sha256', jwks).update(text).digest('base64url')}`;
		expect(await refusal(token)).toEqual(invalid(WAY));
	});

	test('that was tampered with is refused', async () => {
		const [head = '', , signature = ''] = (await signed({ scope: 'x' })).split('.');
		const token = [head, base64url(tokenClaims(landscape)), signature].join('.');
		expect(await refusal(token)).toEqual(invalid('The signature of the access token is not valid.'));
	});

	test('without the required scope gets a 403 response', async () => {
		expect(await refusal(await serviceToken(landscape, 'wallet:sessions'))).toEqual({
			status: 403,
			error: 'insufficient_scope',
			challenge:
				'Bearer realm="portal", error="insufficient_scope", error_description="The access token lacks the required scope.", scope="profile:read"'
		});
	});

	test('with an unknown key id makes the portal fetch the STS’s keys at most once in 30 s', async () => {
		const flood = await Promise.all(Array.from({ length: 50 }, (_, n) => signed({}, { kid: `made-up-${n}` })));
		const responses = await Promise.all(flood.map((token) => asking(token)));
		expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([401]));
		expect(landscape.sandbox.count('sts.jwks')).toBeLessThanOrEqual(1);
		expect((await asking(await signed())).status).toBe(200);
	});

	test('is accepted from any origin, because it needs no cookie', async () => {
		const headers = { origin: 'https://third-party.example', 'sec-fetch-site': 'cross-site' };
		expect((await asking(await signed(), headers)).status).toBe(200);
	});

	test('is ignored by pages and by routes that do not accept access tokens', async () => {
		const client = new ApiClient(landscape.url, await signed());
		expect(await client.call('/api/auth/session')).toMatchObject({ status: 200, text: 'null' });
		expect((await client.call('/account')).headers.get('location')).toContain('/login');
	});
});

describe('cookies and access tokens', () => {
	test('an invalid token is refused even with a valid session cookie', async () => {
		const browser = new Browser(landscape.url);
		await signInAtInstitution(browser);
		const bad = await signed({ exp: nowSeconds() - 60 });
		const response = await browser.call('/api/me', { headers: { authorization: `Bearer ${bad}` } });
		expect(response.status).toBe(401);
		expect((await browser.call('/api/me')).status).toBe(200);
	});

	test('a valid token takes precedence, and the session cookie is ignored', async () => {
		const browser = new Browser(landscape.url);
		await signInAtInstitution(browser);
		const response = await browser.call('/api/me', { headers: { authorization: `Bearer ${await signed()}` } });
		expect(JSON.parse(response.text)).toMatchObject({ clientId: 'another-party' });
		expect(response.headers.getSetCookie()).toEqual([]);
	});

	test('a token in a cookie or in the query is ignored', async () => {
		const token = await signed();
		const browser = new Browser(landscape.url);
		browser.putCookie('portal.session', token);
		browser.putCookie('access_token', token);
		expect((await browser.call(`/api/me?access_token=${token}`)).status).toBe(401);
	});
});

describe('a portal', () => {
	let closed: Portal;
	let open: Portal;

	beforeAll(async () => {
		const { API_AUDIENCE: _, ...without } = landscape.env;
		closed = await startPortal({ runtime, env: without });
		open = await startPortal({ runtime, env: landscape.env });
	});
	afterAll(() => Promise.all([closed.stop(), open.stop()]));

	test('without API_AUDIENCE refuses every access token', async () => {
		const response = await new ApiClient(closed.url, await signed()).call('/api/me');
		expect(response.status).toBe(401);
		expect(response.headers.get('www-authenticate')).toBe(invalid('Access tokens are not accepted here.').challenge);
	});

	test('without the STS’s keys responds to a valid token with 503 and Retry-After', async () => {
		landscape.sandbox.scenario('sts-down', { operation: 'jwks' });
		const response = await new ApiClient(open.url, await signed()).call('/api/me');
		expect(response.status).toBe(503);
		expect(JSON.parse(response.text)).toMatchObject({ error: 'upstream_unavailable' });
		expect(response.headers.get('retry-after')).toBe('5');
	});

	test('with cached keys keeps accepting tokens while the STS is down', async () => {
		expect((await asking(await signed())).status).toBe(200);
		landscape.sandbox.scenario('sts-down');
		expect((await asking(await signed())).status).toBe(200);
	});
});
