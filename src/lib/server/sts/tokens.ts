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
import { endpointFetch, metadataOf, stsMetadata } from './metadata';
import { isSameIssuer } from './addresses';
import * as v from 'valibot';
import { isIdentifier, readStrings } from '../upstream/lenient';

/** How many keys a token is verified with at most, if several keys match. */
const MAX_TRIED_KEYS = 16;

let ring: KeyRing | undefined;

interface Expected extends Required<Pick<JWTVerifyOptions, 'audience' | 'requiredClaims'>> {
	/** `sts`: the token came over the portal's own connection to the STS; `untrusted`: anybody may have sent it. */
	readonly from: 'sts' | 'untrusted';
	/**
	 * `listed`: the algorithms that discovery lists for ID tokens, which also sign logout tokens. `asymmetric`: all,
	 * because discovery lists none for access tokens.
	 */
	readonly algorithms: 'listed' | 'asymmetric';
}

/**
 * Verifies a token of the STS: signature, issuer, audience and times (RFC 7519 7.2).
 * @returns its claims
 * @throws jose's errors or TypeError for an invalid token, and KeysUnavailable while the STS's keys are unavailable
 */
export async function verifySignedToken(token: string, expected: Expected): Promise<JWTPayload> {
	const { from, algorithms, ...options } = expected;
	const header = decodeProtectedHeader(token);
	const { alg = 'none' } = header;
	// Checked before any key is fetched: such a token is not worth a fetch.
	if (!signatureAlgorithms.includes(alg)) throw new errors.JOSEAlgNotAllowed('the token is not signed with a key pair');
	ring ??= createKeyRing({ load: fetchPublished });
	const verifyWith = ({ issuer, idTokenAlgorithms, find }: StsKeys) =>
		verifyWithAny(token, find, {
			...options,
			issuer,
			algorithms:
				algorithms === 'asymmetric'
					? signatureAlgorithms
					: signatureAlgorithms.filter((one) => idTokenAlgorithms.includes(one)),
			clockTolerance: from === 'sts' ? FRESH_CLOCK_TOLERANCE_SECONDS : CLOCK_TOLERANCE_SECONDS
		}).catch((error: unknown) => {
			// The token names a key that the STS has not published, and only keys without an id were tried. Its key is
			// unknown; its signature is not known to be wrong.
			const isUnknown = header.kid !== undefined && !find.hasId(header.kid);
			if (isUnknown && error instanceof errors.JWSSignatureVerificationFailed) throw new UnknownKey();
			throw error;
		});
	const verify = (keys: StsKeys) =>
		verifyWith(keys).catch(async (error: unknown) => {
			const issuer = await changedIssuer(error, keys.issuer, from);
			if (issuer === null) throw error;
			return verifyWith({ ...keys, issuer });
		});
	try {
		return await verify(await ring.keysFor({ ...header, alg }, from));
	} catch (error) {
		// The STS may have replaced a key without changing its id, or a key without an id.
		const reloaded = isWrongSignature(error) ? await ring.reloaded(from) : null;
		if (!reloaded) throw error;
		return verify(reloaded);
	}
}

/**
 * The issuer of a refused token, if it is that of the STS by now: only a slash differs from the issuer that was read with
 * the keys (`metadataOf`). Otherwise null. The signature has been verified.
 */
async function changedIssuer(error: unknown, before: string, from: 'sts' | 'untrusted'): Promise<string | null> {
	if (!(error instanceof errors.JWTClaimValidationFailed) || error.claim !== 'iss') return null;
	const { iss } = error.payload;
	if (!isSameIssuer(iss, before)) return null;
	const { issuer } = await metadataOf(iss, await stsMetadata(), from);
	return issuer === iss ? issuer : null;
}

/** Tries each matching key, if the token's key id, or the lack of one, matches several. */
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

/** A token names a key that is not published, and none of the keys without an id matches. */
class UnknownKey extends errors.JWKSNoMatchingKey {}

/** Whether a token names a key that the STS has not published, or has not published yet. */
export function isUnknownKey(error: unknown): boolean {
	return error instanceof errors.JWKSNoMatchingKey;
}

/** Fetches the keys from the STS's internal address. The issuer is the public one, as in tokens. */
async function fetchPublished(): Promise<Published> {
	const { issuer, jwks_uri, id_token_signing_alg_values_supported } = await stsMetadata();
	if (!jwks_uri) throw new Error('discovery names no jwks_uri');
	const response = await endpointFetch(jwks_uri, { headers: { accept: 'application/json' } });
	if (response.status !== 200) throw new Error(`the STS responded with ${response.status} to a request for its keys`);
	const jwks: unknown = await response.json();
	return { issuer, jwks, idTokenAlgorithms: id_token_signing_alg_values_supported ?? ['RS256'] };
}

/** The type in the header: as RFC 9068 2.1 requires it, as Keycloak writes it, or absent. */
const AccessType = v.pipe(v.string(), v.toLowerCase(), v.picklist(['at+jwt', 'application/at+jwt', 'jwt', '']));

/** The last second that a date can represent. */
const LAST_SECOND = 8.64e12;

const name = v.pipe(v.custom<string>(isIdentifier), v.maxLength(256));

/** Claims that show whether the token is a client's own. Any value is accepted. */
const grantClaims = {
	sub: v.optional(v.unknown()),
	sid: v.optional(v.unknown()),
	session_state: v.optional(v.unknown()),
	auth_time: v.optional(v.unknown()),
	preferred_username: v.optional(v.unknown()),
	idtyp: v.optional(v.unknown()),
	gty: v.optional(v.unknown())
};

/**
 * Whether a token was issued to a client for itself (RFC 6749 4.4), not on behalf of a person. Its `sub` is then the client
 * (RFC 9068 2.2). Keycloak has an account for the client, Entra ID says `idtyp`, Auth0 says `gty`. A token of a
 * session of a person is never one.
 */
function isClientCredentials(
	clientId: string | null | undefined,
	{
		sub,
		sid,
		session_state,
		auth_time,
		preferred_username,
		idtyp,
		gty
	}: { readonly [Claim in keyof typeof grantClaims]?: unknown }
): boolean {
	if ([sid, session_state, auth_time].some((claim) => claim !== undefined)) return false;
	if (sub !== undefined && sub === clientId) return true;
	const isKeycloak = preferred_username === `service-account-${clientId?.toLowerCase()}`;
	return isKeycloak || idtyp === 'app' || gty === 'client-credentials';
}

const AccessClaims = v.pipe(
	v.object({
		exp: v.pipe(v.number(), v.maxValue(LAST_SECOND)),
		// Null counts as absent. Any other value that is not a name makes the token invalid, because it identifies the
		// caller.
		azp: v.nullish(name),
		client_id: v.nullish(name),
		/** Words separated by spaces, or a list. Any other value grants nothing. */
		scope: v.optional(v.unknown()),
		...grantClaims,
		/** How a person authenticated, if the token is for one (RFC 9068 2.2.1). Any other value shows nothing. */
		acr: v.optional(v.fallback(v.optional(v.string()), undefined)),
		/**
		 * The token is bound to a key that its bearer has to prove possession of (RFC 9449, RFC 8705). The portal can't
		 * check that.
		 */
		cnf: v.nullish(v.never())
	}),
	v.transform(({ exp, azp, client_id, scope, acr, ...grant }) => ({
		clientId: azp ?? client_id,
		// A missing scope refuses the call. The size of a header limits their number.
		scopes: readStrings(scope, Infinity),
		tokenExpiresAt: exp,
		acr,
		authTime: typeof grant.auth_time === 'number' ? grant.auth_time : undefined,
		isService: isClientCredentials(azp ?? client_id, grant)
	})),
	v.object({
		clientId: name,
		scopes: v.array(v.string()),
		tokenExpiresAt: v.number(),
		acr: v.undefinedable(v.string()),
		authTime: v.undefinedable(v.number()),
		isService: v.boolean()
	})
);

/**
 * The client that calls the portal's API, its scopes, when its token expires (Unix seconds), how and when a person
 * authenticated, if the token is for one, and whether the token is the client's own.
 */
export interface ApiClient {
	readonly clientId: string;
	readonly scopes: readonly string[];
	readonly tokenExpiresAt: number;
	readonly acr?: string | undefined;
	readonly authTime?: number | undefined;
	readonly isService: boolean;
}

/**
 * Verifies an access token of the STS that is issued for this API (RFC 9068 4).
 * @returns its client, scopes and expiry
 * @throws jose's errors, TypeError or ValiError for an invalid token, and KeysUnavailable while the STS's keys are
 * unavailable
 */
export async function verifyAccessToken(token: string, audience: string): Promise<ApiClient> {
	const { typ } = decodeProtectedHeader(token);
	v.assert(AccessType, typ ?? '');
	const claims = await verifySignedToken(token, {
		audience,
		requiredClaims: ['exp'],
		from: 'untrusted',
		algorithms: 'asymmetric'
	});
	return v.parse(AccessClaims, claims);
}
