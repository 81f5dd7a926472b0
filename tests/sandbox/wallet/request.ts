import { createHash, randomBytes } from 'node:crypto';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import * as v from 'valibot';
import { HolderKey } from '../issuer/holder-key.ts';
import { verifyCertificate } from '../verifier/trust.ts';

const EncryptionKey = v.looseObject({ kty: v.string(), crv: v.string(), kid: v.string() });
const RequestObject = v.object({
	client_id: v.string(),
	response_uri: v.pipe(v.string(), v.url()),
	response_mode: v.picklist(['direct_post', 'direct_post.jwt']),
	nonce: v.string(),
	state: v.string(),
	wallet_nonce: v.string(),
	dcql_query: v.object({
		credentials: v.tuple([v.object({ id: v.string(), claims: v.array(v.object({ path: v.tuple([v.string()]) })) })])
	}),
	client_metadata: v.object({
		jwks: v.optional(v.object({ keys: v.tupleWithRest([EncryptionKey], EncryptionKey) })),
		encrypted_response_enc_values_supported: v.optional(v.array(v.string()), ['A128GCM'])
	})
});
/** The verifier refuses to send the request object; `status` is that of its response. */
export class RequestRefused extends Error {
	readonly status: number;

	constructor(status: number, detail: string) {
		super(`the verifier refuses the request object: ${status} ${detail}`);
		this.name = 'RequestRefused';
		this.status = status;
	}
}

/** A verified request of a verifier. */
export type PresentationRequest = v.InferOutput<typeof RequestObject>;

const Link = v.pipe(
	v.string(),
	v.transform((link) => Object.fromEntries(new URLSearchParams(link.slice(link.indexOf('?') + 1)))),
	v.object({ client_id: v.string(), request_uri: v.pipe(v.string(), v.url()) })
);

/**
 * Fetches the request that a link names, by POST with a nonce (OpenID4VP, section 5.10), and verifies its signature by the
 * client id.
 * @param link `openid4vp://?client_id=…&request_uri=…`
 * @param trustAnchors of verifiers' certificates, in PEM
 * @throws {RequestRefused}
 * @throws {Error} if the request object is not the verifier's
 */
export async function fetchRequest(link: string, trustAnchors: readonly string[]): Promise<PresentationRequest> {
	const parts = v.safeParse(Link, link);
	if (!parts.success) throw new Error('This is not the link of a wallet request: client_id or request_uri is missing.');
	const { client_id, request_uri } = parts.output;
	const walletNonce = randomBytes(16).toString('base64url');
	const response = await fetch(request_uri, {
		method: 'POST',
		headers: { accept: 'application/oauth-authz-req+jwt' },
		body: new URLSearchParams({ wallet_nonce: walletNonce })
	});
	const jwt = await response.text();
	if (!response.ok) throw new RequestRefused(response.status, jwt);
	const { payload } = await jwtVerify(jwt, await keyOf(jwt, client_id, trustAnchors), {
		typ: 'oauth-authz-req+jwt',
		audience: 'https://self-issued.me/v2',
		algorithms: ['ES256']
	});
	const request = v.parse(RequestObject, payload);
	if (request.client_id !== client_id) throw new Error('the request object names another client');
	if (request.wallet_nonce !== walletNonce) throw new Error('the request object is not for this wallet');
	return request;
}

/** The key that a request object must be signed with (OpenID4VP, section 5.9.3). */
export async function keyOf(jwt: string, clientId: string, trustAnchors: readonly string[]) {
	const { x5c, kid } = decodeProtectedHeader(jwt);
	const [prefix = '', ...rest] = clientId.split(':');
	const name = rest.join(':');
	if (prefix === 'x509_hash') {
		const der = Buffer.from(x5c?.[0] ?? '', 'base64');
		if (createHash('sha256').update(der).digest('base64url') !== name) throw new Error('another certificate');
		return verifyCertificate(x5c, trustAnchors, new Date());
	}
	if (prefix !== 'decentralized_identifier' || !name.startsWith('did:jwk:') || kid !== `${name}#0`) {
		throw new Error(`client id ${clientId} is not supported, or is not that of the signature`);
	}
	const jwk: unknown = JSON.parse(Buffer.from(name.slice('did:jwk:'.length), 'base64url').toString());
	return importJWK(v.parse(HolderKey, jwk), 'ES256');
}
