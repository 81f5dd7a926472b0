import {
	decodeProtectedHeader,
	errors,
	type JWTPayload,
	jwtVerify,
	type JWTVerifyGetKey,
	type JWTVerifyOptions
} from 'jose';
import { CLOCK_TOLERANCE_SECONDS, FRESH_CLOCK_TOLERANCE_SECONDS } from '../clock';
import { signatureAlgorithms } from './key-set';
import { createKeyRing, type KeyRing, type Published, type StsKeys } from './keys';
import { endpointFetch, stsMetadata } from './metadata';

/** Where a key set has more keys without an id, a token is checked with the first of them only. */
const MAX_TRIED_KEYS = 16;

let ring: KeyRing | undefined;

export interface Expected extends Required<Pick<JWTVerifyOptions, 'audience' | 'requiredClaims'>> {
	/** `sts`: it came over the portal's own connection; `stranger`: anybody may have sent it. */
	readonly from: 'sts' | 'stranger';
	/** ID and logout tokens are signed as discovery lists it for them; of access tokens it says nothing. */
	readonly algorithms: 'listed' | 'asymmetric';
}

/**
 * The claims of a token that the STS made: signature, issuer, audience and times are right (RFC 7519 7.2).
 * @throws jose's errors or TypeError for a token that isn't, and KeysUnavailable while the STS's keys can't be had
 */
export async function verifySignedToken(token: string, expected: Expected): Promise<JWTPayload> {
	const { from, algorithms, ...options } = expected;
	const header = decodeProtectedHeader(token);
	const { alg = 'none' } = header;
	// Before any key is looked for: no fetch is worth its while for such a token.
	if (!signatureAlgorithms.includes(alg)) throw new errors.JOSEAlgNotAllowed('the token is not signed with a key pair');
	ring ??= createKeyRing({ load: fetchPublished });
	const verify = ({ issuer, idTokenAlgorithms, find }: StsKeys) =>
		verifyWithAny(token, find, {
			...options,
			issuer,
			algorithms:
				algorithms === 'asymmetric'
					? signatureAlgorithms
					: signatureAlgorithms.filter((one) => idTokenAlgorithms.includes(one)),
			clockTolerance: from === 'sts' ? FRESH_CLOCK_TOLERANCE_SECONDS : CLOCK_TOLERANCE_SECONDS
		}).catch((error: unknown) => {
			// Keys without an id were tried for one that names a key which the STS has not published: it is unknown, not wrong.
			const isUnknown = header.kid !== undefined && !find.hasId(header.kid);
			if (isUnknown && error instanceof errors.JWSSignatureVerificationFailed) throw new UnknownKey();
			throw error;
		});
	try {
		return await verify(await ring.keysFor({ ...header, alg }, from));
	} catch (error) {
		// The STS may have replaced a key that has the same id, or none.
		const reloaded = isWrongSignature(error) ? await ring.reloaded(from) : null;
		if (!reloaded) throw error;
		return verify(reloaded);
	}
}

/** Tries each key that fits, where the token's key id, or its absence, leaves more than one. */
async function verifyWithAny(token: string, find: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
	try {
		return (await jwtVerify(token, find, options)).payload;
	} catch (error) {
		if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
		let tried = 0;
		for await (const key of error) {
			if (++tried > MAX_TRIED_KEYS) break;
			try {
				return (await jwtVerify(token, key, options)).payload;
			} catch (failure) {
				if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
			}
		}
		throw new errors.JWSSignatureVerificationFailed();
	}
}

const isWrongSignature = (error: unknown) =>
	error instanceof errors.JWSSignatureVerificationFailed || error instanceof UnknownKey;

/** A token names a key that is not published, and none of the keys without an id fits. */
class UnknownKey extends errors.JWKSNoMatchingKey {}

/** Whether a token names a key that the STS has not published, or not yet. */
export function isUnknownKey(error: unknown): boolean {
	return error instanceof errors.JWKSNoMatchingKey;
}

/** From the STS's internal address; the issuer is the public one, which tokens carry. */
async function fetchPublished(): Promise<Published> {
	const { issuer, jwks_uri, id_token_signing_alg_values_supported } = await stsMetadata();
	if (!jwks_uri) throw new Error('discovery names no jwks_uri');
	const response = await endpointFetch(jwks_uri, { headers: { accept: 'application/json' } });
	if (response.status !== 200) throw new Error(`the STS answers ${response.status} for its keys`);
	const jwks: unknown = await response.json();
	return { issuer, jwks, idTokenAlgorithms: id_token_signing_alg_values_supported ?? ['RS256'] };
}
