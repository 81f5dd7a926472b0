import { decodeJwt, jwtVerify } from 'jose';
import * as v from 'valibot';
import { bindKey, disclose, type WalletKey } from './presentation.ts';
import { keyOf } from './request.ts';
import { encryptResponse } from './response.ts';

const RequestObject = v.object({
	client_id: v.string(),
	response_mode: v.literal('dc_api.jwt'),
	expected_origins: v.array(v.string()),
	nonce: v.string(),
	dcql_query: v.object({
		credentials: v.tuple([v.object({ id: v.string(), claims: v.array(v.object({ path: v.tuple([v.string()]) })) })])
	}),
	client_metadata: v.object({
		jwks: v.object({ keys: v.tuple([v.looseObject({ kty: v.string(), crv: v.string(), kid: v.string() })]) }),
		encrypted_response_enc_values_supported: v.tupleWithRest([v.string()], v.string())
	})
});

export interface DcApiOptions {
	/** The origin of the page, as the browser reports it to the wallet. */
	readonly origin: string;
	readonly credential: string;
	readonly key: WalletKey;
	/** Of verifiers' certificates, in PEM. */
	readonly trustAnchors: readonly string[];
	/** Claims to disclose; default: those that are requested. */
	readonly claims?: readonly string[];
	/** Signs a wrong nonce or audience, for tests of the verifier. */
	readonly mistakes?: { readonly nonce?: string; readonly audience?: string };
}

/**
 * What a wallet returns through the browser for a signed request (OpenID4VP, appendix A): a JWE.
 * @param request the signed request object
 * @throws {Error} if the request is not the verifier's, or not for the page of that origin
 */
export async function respondToBrowser(request: string, options: DcApiOptions): Promise<string> {
	const { origin, credential, key, trustAnchors, mistakes } = options;
	const clientId = v.parse(v.string(), decodeJwt(request).client_id);
	const { payload } = await jwtVerify(request, await keyOf(request, clientId, trustAnchors), {
		typ: 'oauth-authz-req+jwt',
		audience: 'https://self-issued.me/v2',
		algorithms: ['ES256']
	});
	const { nonce, expected_origins, dcql_query, client_metadata } = v.parse(RequestObject, payload);
	if (!expected_origins.includes(origin)) throw new Error(`the request is not for ${origin}`);
	const [query] = dcql_query.credentials;
	const requested = query.claims.map(({ path }) => path[0]);
	const presentation = await bindKey(await disclose(credential, options.claims ?? requested), {
		key,
		audience: mistakes?.audience ?? `origin:${origin}`,
		nonce: mistakes?.nonce ?? nonce,
		issuedAt: Math.floor(Date.now() / 1000)
	});
	const [enc] = client_metadata.encrypted_response_enc_values_supported;
	return encryptResponse({ vp_token: { [query.id]: [presentation] } }, { jwk: client_metadata.jwks.keys[0], enc });
}
