import {
	decodeProtectedHeader,
	errors,
	type JWTPayload,
	jwtVerify,
	type JWTVerifyGetKey,
	type JWTVerifyOptions
} from 'jose';
import { CLOCK_TOLERANCE_SECONDS, FRESH_CLOCK_TOLERANCE_SECONDS } from '../clock';
import { createKeyRing, type KeyRing, type Published, signatureAlgorithms, type StsKeys } from './keys';
import { endpointFetch, stsMetadata } from './metadata';
import * as v from 'valibot';
import { isIdentifier, readStrings } from '../upstream/lenient';

/** Where a key set has more keys without an id, a token is checked with the first of them only. */
const MAX_TRIED_KEYS = 16;

let ring: KeyRing | undefined;

interface Expected extends Required<Pick<JWTVerifyOptions, 'audience' | 'requiredClaims'>> {
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

/** As RFC 9068 2.1 wants it, as Keycloak writes it, or not said. */
const AccessType = v.pipe(v.string(), v.toLowerCase(), v.picklist(['at+jwt', 'application/at+jwt', 'jwt', '']));

/** The last that a date can tell. */
const LAST_SECOND = 8.64e12;

const name = v.pipe(v.custom<string>(isIdentifier), v.maxLength(256));

const AccessClaims = v.pipe(
	v.object({
		exp: v.pipe(v.number(), v.maxValue(LAST_SECOND)),
		// Null counts as absent. Any other value that is no name makes the token invalid: it says who calls.
		azp: v.nullish(name),
		client_id: v.nullish(name),
		/** A list in place of words is read too; what is neither grants nothing. */
		scope: v.optional(v.unknown()),
		/** Bound to a key that its bearer would have to show (RFC 9449, RFC 8705): the portal can't check that. */
		cnf: v.nullish(v.never())
	}),
	v.transform(({ exp, azp, client_id, scope }) => ({
		clientId: azp ?? client_id,
		scopes: readStrings(scope),
		endsAt: exp
	})),
	v.object({ clientId: name, scopes: v.array(v.string()), endsAt: v.number() })
);

/** Who uses the portal's API with a token of its own, what for, and until when (Unix seconds). */
export type AccessToken = Readonly<v.InferOutput<typeof AccessClaims>>;

/**
 * What an access token of the STS says that is meant for this API (RFC 9068 4).
 * @throws jose's errors, TypeError or ValiError for a token that isn't, KeysUnavailable while the STS's keys can't be had
 */
export async function verifyAccessToken(token: string, audience: string): Promise<AccessToken> {
	const { typ } = decodeProtectedHeader(token);
	v.assert(AccessType, typ ?? '');
	const claims = await verifySignedToken(token, {
		audience,
		requiredClaims: ['exp'],
		from: 'stranger',
		algorithms: 'asymmetric'
	});
	return v.parse(AccessClaims, claims);
}
