import { createHash, X509Certificate } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import * as v from 'valibot';
import { beforeAll, beforeEach, expect } from 'vitest';
import { createCertificateAuthority, type CertifiedKey } from './issuer/certificates.ts';
import { HolderKey } from './issuer/holder-key.ts';
import { CredentialIssuer } from './issuer/issuer.ts';
import { personById, type PersonId } from './people.ts';
import { PresentationError } from './verifier/errors.ts';
import { createIdentity } from './verifier/identity.ts';
import type { ClientIdPrefix, ResponseMode } from './verifier/settings.ts';
import { StatusLists } from './verifier/status-lists.ts';
import { Verifier, type Transaction } from './verifier/verifier.ts';
import { bindKey, createWalletKey, disclose, type WalletKey } from './wallet/presentation.ts';
import { responseForm } from './wallet/response.ts';

export const issuerUrl = 'http://issuer.test/issuer';
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
export type RequestObject = v.InferOutput<typeof RequestObject>;
export const requestOptions = {
	queryId: 'eduid',
	responseMode: 'direct_post',
	url: 'https://verifier.test',
	walletUrl: 'openid4vp://',
	expiresAt: () => now() + 300_000
} as const;
const queried = ['given_name', 'family_name', 'birthdate', 'eduid'];

/** What the tests of one file share; `useVerifierFixture` sets it. */
interface Fixture {
	issuer: CredentialIssuer;
	foreignIssuer: CredentialIssuer;
	verifierKey: CertifiedKey;
	key: WalletKey;
	otherKey: WalletKey;
	/** Milliseconds by which the verifier's clock is ahead. */
	ahead: number;
	fetchList: (uri: string) => Promise<Response>;
	fetches: number;
	statusLists: StatusLists;
}
export const fixture = {} as Fixture;

export const now = () => Date.now() + fixture.ahead;

/** An issuer, a foreign one, two wallets, and a status list that tests can replace. */
export function useVerifierFixture(): void {
	beforeAll(async () => {
		fixture.issuer = new CredentialIssuer(issuerUrl);
		fixture.foreignIssuer = new CredentialIssuer(issuerUrl);
		fixture.verifierKey = await (
			await createCertificateAuthority('Test verifiers')
		).certify('Verifier', 'https://verifier.test');
		[fixture.key, fixture.otherKey] = await Promise.all([createWalletKey(), createWalletKey()]);
	});
	beforeEach(async () => {
		fixture.ahead = 0;
		fixture.fetches = 0;
		fixture.fetchList = async () => new Response(await fixture.issuer.statusList());
		fixture.issuer.statuses.reset();
		const fetch = async (uri: string | URL | Request) => {
			fixture.fetches += 1;
			return fixture.fetchList(uri instanceof Request ? uri.url : String(uri));
		};
		fixture.statusLists = new StatusLists({
			issuer: issuerUrl,
			trustAnchors: [await fixture.issuer.certificate()],
			now,
			fetch
		});
	});
}

export async function createVerifier(prefix: ClientIdPrefix = 'x509_hash'): Promise<Verifier> {
	const trustAnchors = [await fixture.issuer.certificate()];
	const identity = await createIdentity(prefix, fixture.verifierKey);
	return new Verifier({ identity, issuer: issuerUrl, trustAnchors, statusLists: fixture.statusLists, now });
}

/** A request, as the wallet reads it. */
export async function createRequest(responseMode: ResponseMode = 'direct_post', prefix?: ClientIdPrefix) {
	const verifier = await createVerifier(prefix);
	const end = now() + 300_000;
	const transaction = await verifier.create({ ...requestOptions, responseMode, expiresAt: () => end });
	const jwt = await verifier.requestObject(transaction.id);
	const { payload } = await compactVerify(jwt, await keyOf(jwt, transaction));
	const request = v.parse(RequestObject, JSON.parse(new TextDecoder().decode(payload)));
	return { verifier, transaction, request };
}

/** The verifier's key, if the client id in the link names it. */
export async function keyOf(jwt: string, { link }: Transaction) {
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

export function issue(person: PersonId = 'known-student', vct?: string, from = fixture.issuer): Promise<string> {
	return from.issue({ person: personById(person), holderKey: v.parse(HolderKey, fixture.key.jwk), vct });
}

export function statusIndex(credential: string): number {
	const payload = JSON.parse(Buffer.from(credential.split('.')[1] ?? '', 'base64url').toString()) as {
		status: { status_list: { idx: number } };
	};
	return payload.status.status_list.idx;
}

export interface Changes {
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

export async function present({ client_id, nonce }: RequestObject, changes: Changes = {}): Promise<string> {
	const { beforeBinding = unchanged, afterBinding = unchanged } = changes;
	const disclosed = await disclose(changes.credential ?? (await issue()), changes.claims ?? queried);
	const bound = await bindKey(beforeBinding(disclosed), {
		key: changes.key ?? fixture.key,
		audience: changes.audience ?? client_id,
		nonce: changes.nonce ?? nonce,
		issuedAt: changes.issuedAt ?? Math.floor(Date.now() / 1000)
	});
	return afterBinding(bound);
}

/** The body of a response, encrypted if the request has a key. */
export async function responseBody(request: RequestObject, presentation: string, jwk?: JWK, enc = 'A128GCM') {
	const encryptionKey = jwk ?? request.client_metadata.jwks?.keys[0];
	const parameters = { state: request.state, vp_token: { eduid: [presentation] } };
	return String(await responseForm(parameters, encryptionKey && { jwk: encryptionKey, enc }));
}

/** The code with which a response is refused, or `accepted`. */
export async function outcome(response: Promise<unknown>): Promise<string> {
	try {
		await response;
		return 'accepted';
	} catch (error) {
		expect(error).toBeInstanceOf(PresentationError);
		return (error as PresentationError).code;
	}
}

/** Sends one presentation that differs from a good one, and returns the outcome. */
export async function send(changes: Changes = {}): Promise<string> {
	const { verifier, transaction, request } = await createRequest();
	const body = await responseBody(request, await present(request, changes));
	const code = await outcome(verifier.receive(transaction.id, body));
	expect(transaction.status).toBe(code === 'accepted' ? 'verified' : 'failed');
	return code;
}
