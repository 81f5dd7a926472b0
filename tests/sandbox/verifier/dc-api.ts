import type { CryptoKey } from 'jose';
import { PresentationError } from './errors.ts';
import { maxResponseBytes, readEncrypted } from './response.ts';

/** The way of one request through the Digital Credentials API (OpenID4VP, appendix A), beside that of its link. */
export interface DcApi {
	/** Origins of the portal, on whose pages the request may be used. */
	readonly origins: readonly string[];
	/** Another one than that of the link. */
	readonly nonce: string;
	readonly privateKey: CryptoKey;
}

/** Parameters of the signed request object that the link's does not have. It has no `response_uri`. */
export function dcApiParameters({ origins, nonce }: DcApi) {
	return { response_mode: 'dc_api.jwt', expected_origins: origins, nonce };
}

/** The audience of the key binding is the origin that the browser reported to the wallet, also for signed requests. */
export function dcApiAudiences({ origins }: DcApi): readonly string[] {
	return origins.map((origin) => `origin:${origin}`);
}

/**
 * Reads the `response` that a page has got from the browser: always encrypted.
 * @throws {PresentationError} `response_too_large`, `malformed_response`, `undecryptable_response`
 */
export function readDcApiResponse(jwe: string, { privateKey }: DcApi) {
	if (Buffer.byteLength(jwe) > maxResponseBytes) throw new PresentationError('response_too_large');
	return readEncrypted(jwe, privateKey);
}
