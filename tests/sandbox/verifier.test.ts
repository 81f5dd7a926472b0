import { createHash, X509Certificate } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import * as v from 'valibot';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCertificateAuthority, type CertifiedKey } from './issuer/certificates.ts';
import { HolderKey } from './issuer/holder-key.ts';
import { CredentialIssuer } from './issuer/issuer.ts';
import { personById, type PersonId } from './people.ts';
import { PresentationError } from './verifier/errors.ts';
import { createIdentity } from './verifier/identity.ts';
import { maxResponseBytes } from './verifier/response.ts';
import type { ClientIdPrefix, ResponseMode } from './verifier/settings.ts';
import { StatusLists } from './verifier/status-lists.ts';
import { verifyCertificate } from './verifier/trust.ts';
import { Verifier, type Transaction } from './verifier/verifier.ts';
import { bindKey, createWalletKey, disclose, type WalletKey } from './wallet/presentation.ts';
import { responseForm } from './wallet/response.ts';

const issuerUrl = 'http://issuer.test/issuer';
const RequestObject = v.looseObject({
	client_id: v.string(),
	nonce: v.string(),
	state: v.string(),
	exp: v.number(),
	client_metadata: v.looseObject({
		jwks: v.optional(v.object({ keys: v.tuple([v.looseObject({ kid: v.string() })]) })),
		encrypted_response_enc_values_supported: v.optional(v.array(v.string()))
	})
});
type RequestObject = v.InferOutput<typeof RequestObject>;
const requestOptions = {
	queryId: 'eduid',
	responseMode: 'direct_post',
	url: 'https://verifier.test',
	walletUrl: 'openid4vp://',
	expiresAt: () => now() + 300_000
} as const;
const queried = ['given_name', 'family_name', 'birthdate', 'eduid'];

let issuer: CredentialIssuer;
let foreignIssuer: CredentialIssuer;
let verifierKey: CertifiedKey;
let key: WalletKey;
let otherKey: WalletKey;
/** Milliseconds by which the verifier's clock is ahead. */
let ahead: number;
let fetchList: (uri: string) => Promise<Response>;
let fetches: number;
let statusLists: StatusLists;

const now = () => Date.now() + ahead;

beforeAll(async () => {
	issuer = new CredentialIssuer(issuerUrl);
	foreignIssuer = new CredentialIssuer(issuerUrl);
	verifierKey = await (await createCertificateAuthority('Test verifiers')).certify('Verifier', 'https://verifier.test');
	[key, otherKey] = await Promise.all([createWalletKey(), createWalletKey()]);
});
beforeEach(async () => {
	ahead = 0;
	fetches = 0;
	fetchList = async () => new Response(await issuer.statusList());
	issuer.statuses.reset();
	const fetch = async (uri: string | URL | Request) => {
		fetches += 1;
		return fetchList(uri instanceof Request ? uri.url : String(uri));
	};
	statusLists = new StatusLists({ issuer: issuerUrl, trustAnchors: [await issuer.certificate()], now, fetch });
});

async function createVerifier(prefix: ClientIdPrefix = 'x509_hash'): Promise<Verifier> {
	const trustAnchors = [await issuer.certificate()];
	const identity = await createIdentity(prefix, verifierKey);
	return new Verifier({ identity, issuer: issuerUrl, trustAnchors, statusLists, now });
}

/** A request, as the wallet reads it. */
async function createRequest(responseMode: ResponseMode = 'direct_post', prefix?: ClientIdPrefix) {
	const verifier = await createVerifier(prefix);
	const end = now() + 300_000;
	const transaction = await verifier.create({ ...requestOptions, responseMode, expiresAt: () => end });
	const jwt = await verifier.requestObject(transaction.id);
	const { payload } = await compactVerify(jwt, await keyOf(jwt, transaction));
	const request = v.parse(RequestObject, JSON.parse(new TextDecoder().decode(payload)));
	return { verifier, transaction, request };
}

/** The verifier's key, if the client id in the link names it. */
async function keyOf(jwt: string, { link }: Transaction) {
	const clientId = new URL(link).searchParams.get('client_id') ?? '';
	const { x5c, kid, typ } = decodeProtectedHeader(jwt);
	expect(typ).toBe('oauth-authz-req+jwt');
	if (x5c === undefined) {
		expect(`decentralized_identifier:${kid ?? ''}`).toBe(`${clientId}#0`);
		const jwk: unknown = JSON.parse(Buffer.from(clientId.split(':')[3] ?? '', 'base64url').toString());
		return importJWK(v.parse(HolderKey, jwk), 'ES256');
	}
	const leaf = new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64'));
	expect(clientId).toBe(`x509_hash:${createHash('sha256').update(leaf.raw).digest('base64url')}`);
	return leaf.publicKey;
}

function issue(person: PersonId = 'known-student', vct?: string, from = issuer): Promise<string> {
	return from.issue({ person: personById(person), holderKey: v.parse(HolderKey, key.jwk), vct });
}

function statusIndex(credential: string): number {
	const payload = JSON.parse(Buffer.from(credential.split('.')[1] ?? '', 'base64url').toString()) as {
		status: { status_list: { idx: number } };
	};
	return payload.status.status_list.idx;
}

interface Changes {
	credential?: string;
	claims?: readonly string[];
	key?: WalletKey;
	nonce?: string;
	audience?: string;
	issuedAt?: number;
	/** Changes the SD-JWT before the key is bound to it. */
	beforeBinding?: (sdJwt: string) => string;
	afterBinding?: (presentation: string) => string;
}

const unchanged = (text: string) => text;

async function present({ client_id, nonce }: RequestObject, changes: Changes = {}): Promise<string> {
	const { beforeBinding = unchanged, afterBinding = unchanged } = changes;
	const disclosed = await disclose(changes.credential ?? (await issue()), changes.claims ?? queried);
	const bound = await bindKey(beforeBinding(disclosed), {
		key: changes.key ?? key,
		audience: changes.audience ?? client_id,
		nonce: changes.nonce ?? nonce,
		issuedAt: changes.issuedAt ?? Math.floor(Date.now() / 1000)
	});
	return afterBinding(bound);
}

/** The body of a response, encrypted if the request has a key. */
async function responseBody(request: RequestObject, presentation: string, jwk?: JWK, enc = 'A128GCM') {
	const encryptionKey = jwk ?? request.client_metadata.jwks?.keys[0];
	const parameters = { state: request.state, vp_token: { eduid: [presentation] } };
	return String(await responseForm(parameters, encryptionKey && { jwk: encryptionKey, enc }));
}

/** The code with which a response is refused, or `accepted`. */
async function outcome(response: Promise<unknown>): Promise<string> {
	try {
		await response;
		return 'accepted';
	} catch (error) {
		expect(error).toBeInstanceOf(PresentationError);
		return (error as PresentationError).code;
	}
}

/** Sends one presentation that differs from a good one, and returns the outcome. */
async function send(changes: Changes = {}): Promise<string> {
	const { verifier, transaction, request } = await createRequest();
	const body = await responseBody(request, await present(request, changes));
	const code = await outcome(verifier.receive(transaction.id, body));
	expect(transaction.status).toBe(code === 'accepted' ? 'verified' : 'failed');
	return code;
}

/** Replaces the value in the first disclosure. */
function tamper(sdJwt: string): string {
	const [jwt, first = '', ...rest] = sdJwt.split('~');
	const [salt, name] = JSON.parse(Buffer.from(first, 'base64url').toString()) as string[];
	return [jwt, Buffer.from(JSON.stringify([salt, name, 'Mallory'])).toString('base64url'), ...rest].join('~');
}

describe('a presentation is accepted', () => {
	test.each([
		['direct_post', 'x509_hash'],
		['direct_post.jwt', 'x509_hash'],
		['direct_post', 'decentralized_identifier'],
		['direct_post.jwt', 'decentralized_identifier']
	] as const)('by %s with a client id of %s', async (mode, prefix) => {
		const { verifier, transaction, request } = await createRequest(mode, prefix);
		const body = await responseBody(request, await present(request));
		const { claims, holder } = await verifier.receive(transaction.id, body);
		expect(claims).toMatchObject({ given_name: 'Sanne', family_name: 'de Vries', birthdate: '2003-04-12' });
		expect(claims).not.toHaveProperty('email');
		expect(holder).toMatch(/^[\w-]{43}$/);
		expect(transaction.status).toBe('verified');
	});

	test('encrypted with A256GCM', async () => {
		const { verifier, transaction, request } = await createRequest('direct_post.jwt');
		const body = await responseBody(request, await present(request), undefined, 'A256GCM');
		expect(await outcome(verifier.receive(transaction.id, body))).toBe('accepted');
	});

	test('with the other type of the eduID', async () => {
		expect(await send({ credential: await issue('known-student', 'nl.surf.eduid') })).toBe('accepted');
	});
});

describe('a presentation is refused', () => {
	test.each<[string, () => Changes | Promise<Changes>]>([
		['wrong_nonce', () => ({ nonce: 'another' })],
		['wrong_audience', () => ({ audience: 'x509_hash:another' })],
		['stale_key_binding', () => ({ issuedAt: Math.floor(Date.now() / 1000) - 301 })],
		['stale_key_binding', () => ({ issuedAt: Math.floor(Date.now() / 1000) + 302 })],
		['invalid_key_binding', () => ({ key: otherKey })],
		['invalid_key_binding', () => ({ afterBinding: (text) => text.slice(0, text.lastIndexOf('~') + 1) })],
		['wrong_sd_hash', () => ({ afterBinding: (text) => text.replace(/~[\w-]+~/, '~') })],
		['tampered_disclosure', () => ({ beforeBinding: tamper })],
		['invalid_signature', () => ({ beforeBinding: (text) => text.replace(/\.[\w-]{10}/, '.AAAAAAAAAA') })],
		['untrusted_issuer', async () => ({ credential: await issue('known-student', undefined, foreignIssuer) })],
		['wrong_type', async () => ({ credential: await issue('known-student', 'https://example.org/library-card') })],
		['missing_claim', () => ({ claims: ['given_name', 'family_name', 'birthdate'] })],
		['credential_expired', async () => ({ credential: await issue('expired-credential') })]
	])('with %s', async (code, changes) => {
		expect(await send(await changes())).toBe(code);
	});

	test.each([
		['credential_revoked', 'revoked'],
		['credential_suspended', 'suspended']
	] as const)('with %s', async (code, status) => {
		const credential = await issue();
		issuer.statuses.set(statusIndex(credential), status);
		expect(await send({ credential })).toBe(code);
	});

	test('the second time it is sent, also at the same moment', async () => {
		const { verifier, transaction, request } = await createRequest();
		const body = await responseBody(request, await present(request));
		const both = await Promise.all([
			outcome(verifier.receive(transaction.id, body)),
			outcome(verifier.receive(transaction.id, body))
		]);
		expect(both.toSorted()).toEqual(['accepted', 'replayed_response']);
		expect(await outcome(verifier.receive(transaction.id, body))).toBe('replayed_response');
		expect(await outcome(verifier.requestObject(transaction.id))).toBe('replayed_response');
	});

	test.each([
		['for another query', (one: string) => ({ pid: [one] })],
		['for two queries', (one: string) => ({ eduid: [one], pid: [one] })]
	])('%s', async (_what, vpToken) => {
		const { verifier, transaction, request } = await createRequest();
		const vp_token = JSON.stringify(vpToken(await present(request)));
		const body = String(new URLSearchParams({ state: request.state, vp_token }));
		expect(await outcome(verifier.receive(transaction.id, body))).toBe('malformed_response');
		expect(transaction.status).toBe('failed');
	});

	test('as a response to another request', async () => {
		const first = await createRequest();
		const second = await createRequest();
		const presentation = await present(first.request);
		const body = await responseBody(second.request, presentation);
		expect(await outcome(second.verifier.receive(second.transaction.id, body))).toBe('wrong_nonce');
	});

	test('after the request has expired', async () => {
		const { verifier, transaction, request } = await createRequest();
		const body = await responseBody(request, await present(request));
		ahead = 300_000;
		expect(await outcome(verifier.receive(transaction.id, body))).toBe('request_expired');
	});
});

test('a certificate authority signs no credential itself', async () => {
	const pem = await issuer.certificate();
	const der = new X509Certificate(pem).raw.toString('base64');
	expect(await outcome(verifyCertificate([der], [pem], new Date()))).toBe('untrusted_issuer');
});

describe('a response that does not prove to be for the request leaves it open', () => {
	const strange: [string, ResponseMode, (request: RequestObject, presentation: string) => unknown][] = [
		[
			'undecryptable_response',
			'direct_post.jwt',
			async (request, presentation) =>
				responseBody(request, presentation, { ...otherKey.jwk, kid: request.client_metadata.jwks?.keys[0].kid ?? '' })
		],
		[
			'encryption_required',
			'direct_post.jwt',
			({ state }, presentation) =>
				new URLSearchParams({ state, vp_token: JSON.stringify({ eduid: [presentation] }) }).toString()
		],
		['malformed_response', 'direct_post.jwt', () => 'response=nonsense'],
		['malformed_response', 'direct_post', ({ state }) => `state=${state}&vp_token=nonsense`],
		['malformed_response', 'direct_post', ({ state }) => `state=${state}&vp_token=%7B%22eduid%22%3A%5B%5D%7D`],
		['malformed_response', 'direct_post', ({ state }) => `state=${state}`],
		['unknown_state', 'direct_post', () => 'error=access_denied'],
		['malformed_response', 'direct_post', () => ''],
		['unknown_state', 'direct_post', () => 'state=another&error=access_denied'],
		['response_too_large', 'direct_post', ({ state }) => `state=${state}&vp_token=${'x'.repeat(maxResponseBytes)}`]
	];
	test.each(strange)('%s (%s)', async (code, mode, create) => {
		const { verifier, transaction, request } = await createRequest(mode);
		const presentation = await present(request);
		expect(await outcome(verifier.receive(transaction.id, String(await create(request, presentation))))).toBe(code);
		const body = await responseBody(request, presentation);
		expect(await outcome(verifier.receive(transaction.id, body))).toBe('accepted');
	});
});

describe('an error of the wallet ends the request', () => {
	test.each([
		['access_denied', 'access_denied'],
		['vp_formats_not_supported', 'wallet_error']
	])('%s as %s, also without encryption', async (error, code) => {
		const { verifier, transaction, request } = await createRequest('direct_post.jwt');
		const body = String(new URLSearchParams({ state: request.state, error }));
		expect(await outcome(verifier.receive(transaction.id, body))).toBe(code);
		expect(transaction).toMatchObject({ status: 'failed', error: { code } });
	});
});

describe('the status list', () => {
	test.each<[string, () => Promise<Response>]>([
		['is unreachable', async () => Promise.reject(new TypeError('fetch failed'))],
		['is an error', async () => new Response(await issuer.statusList(), { status: 503 })],
		['is no status list', async () => new Response('nonsense')],
		['comes from another issuer', async () => new Response(await foreignIssuer.statusList())]
	])('%s: the outcome is status_unavailable', async (_what, answer) => {
		fetchList = answer;
		expect(await send()).toBe('status_unavailable');
	});

	test('of another address is not used', async () => {
		const other = new StatusLists({
			issuer: issuerUrl,
			trustAnchors: [await issuer.certificate()],
			now,
			fetch: async () => new Response(await issuer.statusList())
		});
		expect(await outcome(other.status('http://issuer.test/other-list', 0))).toBe('status_unavailable');
	});

	test('has no entry at that index: the outcome is status_unavailable', async () => {
		expect(await outcome(statusLists.status(issuer.statusListUrl, 1_000_000))).toBe('status_unavailable');
	});

	test('is fetched once per ttl', async () => {
		expect([await send(), await send(), fetches]).toEqual(['accepted', 'accepted', 1]);
		ahead = 6000;
		expect([await send(), fetches]).toEqual(['accepted', 2]);
	});

	test('is not used beyond its ttl when a newer one cannot be had', async () => {
		expect(await send()).toBe('accepted');
		fetchList = async () => Promise.reject(new TypeError('fetch failed'));
		expect(await send()).toBe('accepted');
		ahead = 6000;
		expect(await send()).toBe('status_unavailable');
	});
});

describe('a request', () => {
	test('for an unknown query is not created', async () => {
		const verifier = await createVerifier();
		await expect(verifier.create({ ...requestOptions, queryId: 'toString' })).rejects.toThrow(RangeError);
	});

	test('has what OpenID4VP and RFC 9101 require, and the nonce of the wallet', async () => {
		const { verifier, transaction, request } = await createRequest('direct_post.jwt');
		expect(request).toMatchObject({
			aud: 'https://self-issued.me/v2',
			response_type: 'vp_token',
			response_mode: 'direct_post.jwt',
			response_uri: `https://verifier.test/response/${transaction.id}`,
			dcql_query: { credentials: [{ id: 'eduid', format: 'dc+sd-jwt' }] }
		});
		expect(request.client_id).toBe(new URL(transaction.link).searchParams.get('client_id'));
		const again = await verifier.requestObject(transaction.id, 'from-the-wallet');
		const payload: unknown = JSON.parse(Buffer.from(again.split('.')[1] ?? '', 'base64url').toString());
		expect(payload).toMatchObject({ wallet_nonce: 'from-the-wallet', nonce: request.nonce });
	});

	test('that does not exist has no request object and takes no response', async () => {
		const verifier = await createVerifier();
		expect(await outcome(verifier.requestObject('none'))).toBe('unknown_state');
		expect(await outcome(verifier.receive('none', ''))).toBe('unknown_state');
	});
});
