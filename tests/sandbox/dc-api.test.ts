import { decodeJwt } from 'jose';
import * as v from 'valibot';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CredentialIssuer } from './issuer/issuer.ts';
import { HolderKey } from './issuer/holder-key.ts';
import { personById } from './people.ts';
import { createIdentity } from './verifier/identity.ts';
import { maxResponseBytes } from './verifier/response.ts';
import { StatusLists } from './verifier/status-lists.ts';
import { Verifier, type Transaction } from './verifier/verifier.ts';
import { respondToBrowser, type DcApiOptions } from './wallet/dc-api.ts';
import { createWalletKey, type WalletKey } from './wallet/presentation.ts';
import { encryptResponse } from './wallet/response.ts';

const origin = 'https://portal.test';
const url = 'http://issuer.test/issuer';
const RequestClaims = v.looseObject({
	nonce: v.string(),
	client_metadata: v.object({ jwks: v.object({ keys: v.tuple([v.looseObject({ kid: v.string() })]) }) })
});

let issuer: CredentialIssuer;
let verifier: Verifier;
let key: WalletKey;
let wallet: Omit<DcApiOptions, 'mistakes'>;
let transaction: Transaction;
let expiresAt: number;

beforeAll(async () => {
	issuer = new CredentialIssuer(url);
	key = await createWalletKey();
	const trustAnchors = [await issuer.certificate()];
	const now = () => Date.now();
	const fetchList = async () => new Response(await issuer.statusList());
	const trusted = { issuer: url, trustAnchors, now };
	const identity = await createIdentity('x509_hash', await issuer.certify('Verifier', 'https://verifier.test'));
	verifier = new Verifier({ ...trusted, identity, statusLists: new StatusLists({ ...trusted, fetch: fetchList }) });
	const credential = await issuer.issue({
		person: personById('known-student'),
		holderKey: v.parse(HolderKey, key.jwk)
	});
	wallet = { origin, credential, key, trustAnchors };
});
beforeEach(async () => {
	expiresAt = Date.now() + 300_000;
	transaction = await create([origin]);
});

const create = (dcApiOrigins?: readonly string[]) =>
	verifier.create({
		queryId: 'eduid',
		responseMode: 'direct_post',
		url: 'https://verifier.test',
		walletUrl: 'openid4vp://',
		expiresAt: () => expiresAt,
		dcApiOrigins
	});
const respond = (changes: Partial<DcApiOptions> = {}) =>
	respondToBrowser(transaction.dcRequest ?? '', { ...wallet, ...changes });
const receive = async (jwe: string | Promise<string>) => verifier.receiveDcApi(transaction.id, await jwe);

describe('a request for the Digital Credentials API', () => {
	test('names the origins, requires an encrypted response, and has no response address', () => {
		const claims = decodeJwt(transaction.dcRequest ?? '');
		expect(claims).toMatchObject({
			expected_origins: [origin],
			response_mode: 'dc_api.jwt',
			response_type: 'vp_token'
		});
		expect(Object.keys(claims)).not.toEqual(expect.arrayContaining([expect.stringMatching(/_uri$|^state$/)]));
	});

	test('has a different nonce and key from the request of the link', async () => {
		const browser = v.parse(RequestClaims, decodeJwt(transaction.dcRequest ?? ''));
		const link = decodeJwt(await verifier.requestObject(transaction.id));
		expect(link.nonce).not.toBe(browser.nonce);
		expect(JSON.stringify(link)).not.toContain(browser.client_metadata.jwks.keys[0].kid);
	});

	test('is not created without origins', async () => {
		transaction = await create();
		expect(transaction.dcRequest).toBeUndefined();
		await expect(receive('a..b.c.d')).rejects.toMatchObject({ code: 'unknown_state' });
	});

	test('is refused by the wallet on a page of another origin', async () => {
		await expect(respond({ origin: 'https://evil.test' })).rejects.toThrow('not for https://evil.test');
	});
});

describe('a response of the Digital Credentials API', () => {
	test('is verified', async () => {
		expect((await receive(respond())).claims).toMatchObject({ given_name: 'Sanne' });
		expect(transaction.status).toBe('verified');
	});

	test.each([
		['for another page', { audience: 'origin:https://evil.test' }, 'wrong_audience'],
		['for the verifier instead of the page', { audience: 'https://portal.test' }, 'wrong_audience'],
		['with another nonce', { nonce: 'x' }, 'wrong_nonce']
	])('%s is refused, and ends the request', async (_what, mistakes, code) => {
		await expect(receive(respond({ mistakes }))).rejects.toMatchObject({ code });
		expect(transaction.status).toBe('failed');
		await expect(receive(respond())).rejects.toMatchObject({ code: 'replayed_response' });
	});

	test('with the nonce of the link is refused', async () => {
		const { nonce } = v.parse(
			v.looseObject({ nonce: v.string() }),
			decodeJwt(await verifier.requestObject(transaction.id))
		);
		await expect(receive(respond({ mistakes: { nonce } }))).rejects.toMatchObject({ code: 'wrong_nonce' });
	});

	test('without a required claim is refused', async () => {
		const claims = ['given_name', 'family_name', 'birthdate'];
		await expect(receive(respond({ claims }))).rejects.toMatchObject({ code: 'missing_claim' });
	});

	test('is accepted only once', async () => {
		const jwe = await respond();
		await receive(jwe);
		await expect(receive(jwe)).rejects.toMatchObject({ code: 'replayed_response' });
	});

	test('is accepted only once, even if two arrive at the same time', async () => {
		const responses = await Promise.all([respond(), respond()]);
		const outcomes = await Promise.allSettled(responses.map(receive));
		expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
	});

	test('closes the request of the link, and the other way round', async () => {
		await receive(respond());
		await expect(verifier.requestObject(transaction.id)).rejects.toMatchObject({ code: 'replayed_response' });
		transaction = await create([origin]);
		const { state } = v.parse(
			v.looseObject({ state: v.string() }),
			decodeJwt(await verifier.requestObject(transaction.id))
		);
		const declined = new URLSearchParams({ state, error: 'access_denied' });
		await expect(verifier.receive(transaction.id, String(declined))).rejects.toMatchObject({ code: 'access_denied' });
		await expect(receive(respond())).rejects.toMatchObject({ code: 'replayed_response' });
	});

	test.each([
		['no JWE', 'vp_token', 'malformed_response'],
		['too large', 'a..b.c.'.padEnd(maxResponseBytes + 1, 'd'), 'response_too_large']
	])('that is %s leaves the request open', async (_what, jwe, code) => {
		await expect(receive(jwe)).rejects.toMatchObject({ code });
		await receive(respond());
	});

	test('that is encrypted for another key leaves the request open', async () => {
		const other = await create([origin]);
		const { client_metadata } = v.parse(RequestClaims, decodeJwt(other.dcRequest ?? ''));
		const [jwk] = client_metadata.jwks.keys;
		const foreign = await encryptResponse({ vp_token: { eduid: ['x'] } }, { jwk, enc: 'A128GCM' });
		await expect(receive(foreign)).rejects.toMatchObject({ code: 'undecryptable_response' });
		await receive(respond());
	});

	test('is refused after the session has expired', async () => {
		const jwe = await respond();
		expiresAt = Date.now() - 1;
		await expect(receive(jwe)).rejects.toMatchObject({ code: 'request_expired' });
	});
});
