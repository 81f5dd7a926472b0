import type { presentationFaults } from '../scenarios.ts';
import type { PresentationRequest } from './request.ts';
import { bindKey, createWalletKey, disclose, tamperWithDisclosure, type WalletKey } from './presentation.ts';
import { responseForm } from './response.ts';

type PresentationFault = (typeof presentationFaults)[number];

/** Larger than any verifier has to accept. */
const oversizedBytes = 512 * 1024;

/**
 * Discloses the claims that the request asks for, and sends them to the verifier.
 * @param fault what this wallet gets wrong
 * @returns the verifier's response; for a replayed response, that to the second one
 */
export async function share(
	request: PresentationRequest,
	credential: string,
	key: WalletKey,
	fault?: PresentationFault
): Promise<Response> {
	const [query] = request.dcql_query.credentials;
	const claims = query.claims.map(({ path }) => path[0]);
	const disclosed = await disclose(credential, fault === 'missing-claim' ? claims.slice(1) : claims);
	const presentation = await bindKey(fault === 'tampered-disclosure' ? tamperWithDisclosure(disclosed) : disclosed, {
		key,
		audience: fault === 'wrong-audience' ? 'x509_hash:another-verifier' : request.client_id,
		nonce: fault === 'wrong-nonce' ? 'the-nonce-of-another-request' : request.nonce,
		issuedAt: Math.floor(Date.now() / 1000)
	});
	const form = await responseForm(
		{ state: request.state, vp_token: { [query.id]: [presentation] } },
		await encryptionOf(request, fault)
	);
	if (fault === 'oversized-response') form.set('padding', 'x'.repeat(oversizedBytes));
	if (fault === 'replayed-response') await send(request, form);
	return send(request, form);
}

/** Tells the verifier that the person does not share (OpenID4VP, section 8.5). */
export function decline(request: PresentationRequest): Promise<Response> {
	return send(request, new URLSearchParams({ state: request.state, error: 'access_denied' }));
}

async function encryptionOf({ response_mode, client_metadata }: PresentationRequest, fault?: PresentationFault) {
	const { jwks, encrypted_response_enc_values_supported } = client_metadata;
	if (response_mode !== 'direct_post.jwt' || jwks === undefined) return undefined;
	const [enc = 'A128GCM'] = encrypted_response_enc_values_supported;
	const [jwk] = jwks.keys;
	if (fault !== 'wrong-encryption-key') return { jwk, enc };
	return { jwk: { ...(await createWalletKey()).jwk, kid: jwk.kid }, enc };
}

function send({ response_uri }: PresentationRequest, body: URLSearchParams): Promise<Response> {
	return fetch(response_uri, { method: 'POST', body });
}
