import { CompactEncrypt, importJWK, type JWK } from 'jose';

interface Encryption {
	/** A key of the request's `client_metadata.jwks`. */
	readonly jwk: JWK;
	/** One of `encrypted_response_enc_values_supported`. */
	readonly enc: string;
}

/** The parameters of an authorization response (OpenID4VP, section 8.1), as the wallet sends them. */
interface ResponseParameters {
	readonly state: string;
	/** Presentations by the id of their credential query. */
	readonly vp_token: Readonly<Record<string, readonly string[]>>;
}

/** The form for `direct_post` (OpenID4VP, section 8.2), or with `encryption` for `direct_post.jwt` (section 8.3). */
export async function responseForm({ state, vp_token }: ResponseParameters, encryption?: Encryption) {
	if (encryption === undefined) return new URLSearchParams({ state, vp_token: JSON.stringify(vp_token) });
	return new URLSearchParams({ response: await encryptResponse({ state, vp_token }, encryption) });
}

/** The parameters as a compact JWE (OpenID4VP, section 8.3). */
export async function encryptResponse(parameters: Partial<ResponseParameters>, { jwk, enc }: Encryption) {
	const plaintext = new TextEncoder().encode(JSON.stringify(parameters));
	return new CompactEncrypt(plaintext)
		.setProtectedHeader({ alg: 'ECDH-ES', enc, ...(jwk.kid !== undefined && { kid: jwk.kid }) })
		.encrypt(await importJWK(jwk, 'ECDH-ES'));
}
