import {
	createRemoteJWKSet,
	customFetch,
	errors,
	type JWTPayload,
	type JWTVerifyGetKey,
	type JWTVerifyOptions,
	jwtVerify
} from 'jose';
import { config } from '../config';
import { internalUrl } from './addresses';
import { stsFetch, stsMetadata } from './metadata';

/** How far the clocks of the STS and the portal may be apart. */
export const CLOCK_TOLERANCE_SECONDS = 30;
/** What an issuer's key pair signs; `none` and HMAC (a shared secret) never count, whatever discovery lists. */
const asymmetric = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/;

/** jose's words for keys that did not come, or came as something else. */
const withoutKeys = new Set<string>([errors.JOSEError.code, errors.JWKSTimeout.code, errors.JWKSInvalid.code]);

let keys: { readonly uri: string; readonly get: JWTVerifyGetKey } | undefined;

/**
 * The claims of a token that the STS made for this portal: signature, issuer, audience and times are right (RFC 7519 7.2).
 * @throws jose's errors for a token that isn't, and network faults while the STS's keys can't be had
 */
export async function verifySignedToken(
	token: string,
	options: Pick<JWTVerifyOptions, 'requiredClaims'>
): Promise<JWTPayload> {
	const { sts } = config();
	const metadata = await stsMetadata();
	if (!metadata.jwks_uri) throw new Error('discovery names no jwks_uri');
	const listed = metadata.id_token_signing_alg_values_supported ?? ['RS256'];
	const { payload } = await jwtVerify(token, stsKeys(metadata.jwks_uri), {
		...options,
		issuer: metadata.issuer,
		audience: sts.clientId,
		algorithms: listed.filter((algorithm) => asymmetric.test(algorithm)),
		clockTolerance: CLOCK_TOLERANCE_SECONDS
	});
	return payload;
}

/** Whether a token was not checked because the STS's keys can't be had: that says nothing about the token. */
export function isWithoutKeys(error: unknown): boolean {
	return error instanceof errors.JOSEError && withoutKeys.has(error.code);
}

/** Whether a token names a key that the STS has not published, or not yet. */
export function isUnknownKey(error: unknown): boolean {
	return error instanceof errors.JWKSNoMatchingKey;
}

/** The STS's keys: cached, fetched anew for an unknown key id, at most once in 30 s (jose's cool-down). */
function stsKeys(uri: string): JWTVerifyGetKey {
	if (keys?.uri !== uri) {
		const { sts } = config();
		const get = createRemoteJWKSet(new URL(internalUrl(uri, sts)), {
			[customFetch]: stsFetch,
			timeoutDuration: sts.timeoutMs
		});
		keys = { uri, get };
	}
	return keys.get;
}
