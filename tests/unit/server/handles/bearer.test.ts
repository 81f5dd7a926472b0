import { createHmac } from 'node:crypto';
import { exportSPKI, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { acceptBearer } from '$lib/server/handles/bearer';
import { configure } from '../configured';
import { fakeSts, ISSUER } from '../auth/fake-sts';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));

type Changes = Readonly<Record<string, unknown>>;

const AUDIENCE = 'https://portal.example.org/api';
const NOW = 1_800_000_000;
const sts = await fakeSts();
vi.stubGlobal('fetch', sts.fetch);

beforeEach(() => {
	vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] });
	configure({ API_AUDIENCE: AUDIENCE });
});
afterEach(() => {
	vi.useRealTimers();
	configure();
});

/** A good token's claims, as a service account of Keycloak has them, with these changes; `undefined` leaves one out. */
const claims = (changes: Changes = {}): JWTPayload => ({
	iss: ISSUER,
	aud: ['account', AUDIENCE],
	azp: 'third-party',
	scope: 'profile:read wallet:sessions',
	iat: NOW - 10,
	exp: NOW + 300,
	...changes
});

const calling = (authorization: string, scope = 'wallet:sessions') =>
	acceptBearer(new Request('http://localhost:3000/api/me', { headers: { authorization } }), scope, 'r1');
const calledWith = async (changes: Changes = {}, header: Record<string, string> = {}) =>
	calling(`Bearer ${await sts.sign(claims(changes), header)}`);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const unauthorized = (why: string) => ({
	code: 'unauthorized',
	status: 401,
	message: why,
	headers: {
		'www-authenticate': `Bearer realm="portal", error="invalid_token", error_description="${why}", scope="wallet:sessions"`
	}
});

describe('a good access token', () => {
	test.each<[string, Changes, Record<string, string>]>([
		['of a Keycloak service account', {}, { typ: 'JWT' }],
		['by RFC 9068', { aud: AUDIENCE, azp: undefined, client_id: 'third-party' }, { typ: 'at+jwt' }],
		['by RFC 9068, with the long type', { azp: undefined, client_id: 'third-party' }, { typ: 'application/AT+JWT' }],
		['without a type', {}, {}],
		['with only this scope', { scope: 'wallet:sessions' }, {}],
		['with this scope after 1,000 others', { scope: `${[...Array(1000).keys()].join(' ')} wallet:sessions` }, {}],
		['with its scopes in a list', { scope: [null, 'wallet:sessions', 7] }, {}],
		['without an authorized party (null)', { azp: null, client_id: 'third-party' }, {}],
		['bound to no key (null)', { cnf: null, client_id: null }, {}],
		['that became valid now', { nbf: NOW }, {}],
		['of a clock that is 25 s ahead', { nbf: NOW + 25, iat: NOW + 25 }, {}],
		['that expired 25 s ago', { exp: NOW - 25 }, {}]
	])('%s is accepted', async (_, changes, header) => {
		expect(await calledWith(changes, header)).toMatchObject({ clientId: 'third-party' });
	});

	test('returns the client, the scopes and the expiry', async () => {
		expect(await calledWith()).toMatchObject({
			clientId: 'third-party',
			scopes: ['profile:read', 'wallet:sessions'],
			tokenExpiresAt: NOW + 300
		});
	});

	test('is accepted with the scheme in any case', async () => {
		expect(await calling(`bearer ${await sts.sign(claims())}`)).toMatchObject({ clientId: 'third-party' });
	});
});

describe('an access token', () => {
	test.each<[string, string, Changes]>([
		['that has expired', 'The access token has expired.', { exp: NOW - 31 }],
		['that is not valid yet', 'The access token is not valid yet.', { nbf: NOW + 31 }],
		['for another audience', 'The access token is for another audience.', { aud: 'account' }],
		['for an audience with the same beginning', 'The access token is for another audience.', { aud: `${AUDIENCE}/v2` }],
		['without an audience', 'The access token is for another audience.', { aud: undefined }],
		['of another issuer', 'The access token was issued by another issuer.', { iss: 'https://elsewhere.example' }],
		['without an issuer', 'The access token was issued by another issuer.', { iss: undefined }],
		['without an expiry', 'The access token is not valid.', { exp: undefined }],
		['without a client', 'The access token is not valid.', { azp: undefined }],
		[
			'with an authorized party that is not a string',
			'The access token is not valid.',
			{ azp: 7, client_id: 'third-party' }
		],
		['bound to a key', 'The access token is not valid.', { cnf: { jkt: 'x' } }]
	])('%s is refused', async (_, why, changes) => {
		await expect(calledWith(changes)).rejects.toMatchObject(unauthorized(why));
	});

	test('without a signature is refused', async () => {
		const token = `${base64url({ alg: 'none' })}.${base64url(claims())}.`;
		const why = 'The access token is signed in a way that is not accepted.';
		await expect(calling(`Bearer ${token}`)).rejects.toMatchObject(unauthorized(why));
	});

	test.each(['HS256', 'HS384', 'HS512'])(
		'signed with the public key as an HMAC secret (%s) is refused',
		async (alg) => {
			const publicKey = await exportSPKI((await importJWK(sts.jwk, 'ES256')) as CryptoKey);
			const text = `${base64url({ alg, kid: 'k1' })}.${base64url(claims())}`;
			for (const secret of [publicKey, JSON.stringify(sts.jwk)]) {
				const signature = createHmac(alg.replace('HS', 'sha'), secret).update(text).digest('base64url');
				const why = 'The access token is signed in a way that is not accepted.';
				await expect(calling(`Bearer ${text}.${signature}`)).rejects.toMatchObject(unauthorized(why));
			}
		}
	);

	test('signed with an unknown key is refused', async () => {
		const why = 'The access token is signed with a key that the issuer does not have.';
		await expect(calledWith({}, { kid: 'another' })).rejects.toMatchObject(unauthorized(why));
	});

	test('signed with another key under a known id is refused', async () => {
		const { privateKey } = await generateKeyPair('ES256');
		const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey);
		const why = 'The signature of the access token is not valid.';
		await expect(calling(`Bearer ${token}`)).rejects.toMatchObject(unauthorized(why));
	});

	test('that was tampered with is refused', async () => {
		const [head = '', , signature = ''] = (await sts.sign(claims({ scope: 'profile:read' }))).split('.');
		const token = [head, base64url(claims()), signature].join('.');
		const why = 'The signature of the access token is not valid.';
		await expect(calling(`Bearer ${token}`)).rejects.toMatchObject(unauthorized(why));
	});

	test.each(['logout+jwt', 'dpop+jwt', 'id+jwt'])('of type %s is refused', async (typ) => {
		await expect(calledWith({}, { typ })).rejects.toMatchObject(unauthorized('The access token is not valid.'));
	});

	test.each(['a', 'a.b.c', 'eyJhbGciOiJFUzI1NiJ9.e30.x'])('with the malformed value "%s" is refused', async (token) => {
		await expect(calling(`Bearer ${token}`)).rejects.toMatchObject({ code: 'unauthorized' });
	});

	test.each(['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a, Bearer b', 'DPoP a', 'Bearer "a"'])(
		'is missing if the Authorization header is “%s”',
		async (header) => {
			const why = 'The Authorization header has no bearer token.';
			await expect(calling(header)).rejects.toMatchObject(unauthorized(why));
		}
	);

	test.each(['', 'profile:read', 'wallet:sessions:all wallet', 'WALLET:SESSIONS'])(
		'with the scope "%s" has insufficient scope',
		async (scope) => {
			await expect(calledWith({ scope })).rejects.toMatchObject({
				code: 'insufficient_scope',
				status: 403,
				message: 'The access token lacks the required scope.',
				headers: {
					'www-authenticate':
						'Bearer realm="portal", error="insufficient_scope", error_description="The access token lacks the required scope.", scope="wallet:sessions"'
				}
			});
		}
	);
});

test('a route that requires two scopes accepts only a token with both', async () => {
	const token = await sts.sign(claims());
	await expect(calling(`Bearer ${token}`, 'profile:read wallet:sessions')).resolves.toBeDefined();
	await expect(calling(`Bearer ${token}`, 'profile:read grades:read')).rejects.toMatchObject({ status: 403 });
});

test('no access token is accepted without a configured API audience', async () => {
	configure();
	const why = 'Access tokens are not accepted here.';
	await expect(calledWith()).rejects.toMatchObject(unauthorized(why));
});

test('an access token results in 503 while the keys of the STS are unavailable', async () => {
	vi.resetModules();
	vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
	const reloaded = await import('$lib/server/handles/bearer');
	const request = new Request('http://x/', { headers: { authorization: `Bearer ${await sts.sign(claims())}` } });
	await expect(reloaded.acceptBearer(request, 'profile:read', 'r1')).rejects.toMatchObject({
		code: 'upstream_unavailable',
		status: 503,
		headers: { 'retry-after': '5' }
	});
	vi.stubGlobal('fetch', sts.fetch);
});
