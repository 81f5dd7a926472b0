import type { PresentationRequest } from './request.ts';
import { bindKey, disclose, type WalletKey } from './presentation.ts';
import { responseForm } from './response.ts';

/** Discloses the claims that the request asks for, and sends them to the verifier. */
export async function share(request: PresentationRequest, credential: string, key: WalletKey): Promise<Response> {
	const [query] = request.dcql_query.credentials;
	const disclosed = await disclose(
		credential,
		query.claims.map(({ path }) => path[0])
	);
	const presentation = await bindKey(disclosed, {
		key,
		audience: request.client_id,
		nonce: request.nonce,
		issuedAt: Math.floor(Date.now() / 1000)
	});
	const { jwks, encrypted_response_enc_values_supported } = request.client_metadata;
	const [enc = 'A128GCM'] = encrypted_response_enc_values_supported;
	const parameters = { state: request.state, vp_token: { [query.id]: [presentation] } };
	const encryption = request.response_mode === 'direct_post.jwt' && jwks ? { jwk: jwks.keys[0], enc } : undefined;
	return fetch(request.response_uri, { method: 'POST', body: await responseForm(parameters, encryption) });
}

/** Tells the verifier that the person does not share (OpenID4VP, section 8.5). */
export function decline(request: PresentationRequest): Promise<Response> {
	const body = new URLSearchParams({ state: request.state, error: 'access_denied' });
	return fetch(request.response_uri, { method: 'POST', body });
}
