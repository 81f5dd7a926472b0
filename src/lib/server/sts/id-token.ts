import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import * as v from 'valibot';
import { builtin } from '../runtime';
import { unixMs } from '../clock';
import { config } from '../config';
import { verifySignedToken } from './tokens';
import * as oauth from 'oauth4webapi';
import { log } from '../log';
import { stsClient } from './client';
import { stsCall, stsMetadata } from './metadata';
import { isUnavailable } from './responses';
import { isIdentifier, readInstant, readLocalized, readStrings } from '../upstream/lenient';

const MAX_NAME = 200;

const isScalar = (value: unknown) => typeof value === 'string' || typeof value === 'number';

/** A claim that is displayed. It may also be a number or a list; of a list, the first value that is not blank is used. */
const text = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value) => {
			const values: readonly unknown[] = Array.isArray(value) ? value : [value];
			return values
				.filter(isScalar)
				.map(String)
				.find((spelled) => spelled.trim() !== '');
		})
	)
);
/**
 * A claim that identifies a person. Only a string counts: any other value, converted, could be the same for many people. Of
 * a list, the first value that is not null or empty decides.
 */
const identifier = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value) => {
			const values: readonly unknown[] = Array.isArray(value) ? value : [value];
			const first = values.find((item) => item !== null && item !== '');
			return isIdentifier(first) ? first : undefined;
		})
	)
);
/** A name that is displayed. It may be given in several languages; a session stores one of them. */
const name = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value) => (isScalar(value) ? value : (readLocalized(value, MAX_NAME)?.nl ?? value))),
		text
	)
);
/** How the person authenticated. An empty list says no more than none. */
const methods = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value) => {
			const names = readStrings(value);
			return names.length > 0 ? names : undefined;
		})
	)
);
/** A JSON number, which may have decimals (RFC 7519 2, NumericDate). `auth/sign-in-result.ts` checks whether it is plausible. */
const seconds = v.optional(v.fallback(v.optional(v.pipe(v.number(), v.finite(), v.transform(Math.floor))), undefined));
/**
 * When the person authenticated, in whole seconds. A value that can't be read as a time counts as 0, so that it is not mistaken
 * for an absent one.
 */
const authTime = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value) => (value === null ? undefined : Math.floor((readInstant(value) ?? 0) / 1000)))
	)
);

/** The ID token's claims that the portal uses (OpenID Connect Core 2 and 5.1, eduPerson); others are ignored. */
export const IdentityClaims = v.object({
	sub: v.custom<string>(isIdentifier),
	name,
	given_name: name,
	family_name: name,
	email: text,
	eduid: identifier,
	schac_home_organization: text,
	institution_id: text,
	federated_subject: identifier,
	acr: text,
	amr: methods,
	sid: identifier,
	auth_time: authTime,
	iat: seconds
});

export type IdentityClaims = v.InferOutput<typeof IdentityClaims>;

const requested = [
	'name',
	'given_name',
	'family_name',
	'email',
	'eduid',
	'eduperson_principal_name',
	'eduperson_scoped_affiliation',
	'schac_home_organization',
	'institution_id',
	'federated_subject',
	'acr',
	'amr',
	'auth_time'
];

/**
 * The `claims` parameter of the institutional sign-in (OpenID Connect Core 5.5). All claims are voluntary, except `acr` if its value
 * has to be one of these (5.5.1.1).
 */
export function requestedClaims(essentialAcr: readonly string[] = []) {
	const voluntary = Object.fromEntries(requested.map((claim) => [claim, null]));
	return {
		id_token: { ...voluntary, ...(essentialAcr.length > 0 && { acr: { essential: true, values: essentialAcr } }) }
	};
}

/** The display name: `name`, or else its parts. */
export function displayName(claims: IdentityClaims): string | undefined {
	return claims.name ?? ([claims.given_name, claims.family_name].filter(Boolean).join(' ') || undefined);
}

/** `sub` differs between the two sign-in methods; this key does not. */
export function stableSubject(claims: IdentityClaims): string {
	return claims.federated_subject ?? claims.eduid ?? claims.sub;
}

/** How far in the future an ID token's `iat` may be. More than that can't be a difference between clocks. */
const MAX_IAT_AHEAD_SECONDS = 300;

/** The values that the STS issued together with an ID token. */
interface IdTokenContext {
	readonly accessToken: string;
	/** The authorization code and the nonce of the authorization request, at sign-in. */
	readonly signIn?: { readonly code: string; readonly nonce: string };
}

/** The ID token is not for this client, this time, this sign-in, this access token or this code. `claim` is the claim that shows it. */
export class IdTokenRefused extends Error {
	override readonly name = 'IdTokenRefused';
	readonly code: string;

	constructor(readonly claim: 'azp' | 'iat' | 'nonce' | 'at_hash' | 'c_hash') {
		super(`the ID token is refused for its claim "${claim}"`);
		this.code = `id_token_${claim}`;
	}
}

/**
 * Verifies an ID token: whether it matches its context, and whether its signature, issuer, audience and times are valid
 * (OpenID Connect Core 3.1.3.7 and 3.1.3.8).
 * @returns its claims
 * @throws {IdTokenRefused} before any key is fetched
 * @throws jose's errors for an invalid token, ValiError for one without a subject, and KeysUnavailable while the STS's keys
 * are unavailable
 */
export async function verifyIdToken(idToken: string, context: IdTokenContext): Promise<IdentityClaims> {
	assertFits(idToken, context);
	const claims = await verifySignedToken(idToken, {
		audience: config().sts.clientId,
		requiredClaims: ['sub', 'exp', 'iat'],
		from: 'sts',
		algorithms: 'listed'
	});
	return v.parse(IdentityClaims, claims);
}

function assertFits(idToken: string, { accessToken, signIn }: IdTokenContext): void {
	const { alg = '' } = decodeProtectedHeader(idToken);
	const claims = decodeJwt(idToken);
	assertAuthorizedParty(claims, { isRequired: Array.isArray(claims.aud) && claims.aud.length > 1 });
	if (claims.iat !== undefined && claims.iat > unixMs() / 1000 + MAX_IAT_AHEAD_SECONDS) throw new IdTokenRefused('iat');
	assertHash('at_hash', claims, accessToken, alg);
	if (!signIn) return;
	if (claims.nonce !== signIn.nonce) throw new IdTokenRefused('nonce');
	assertHash('c_hash', claims, signIn.code, alg);
}

/**
 * Checks that the authorized party of a token is this client.
 * @throws {IdTokenRefused} if it is another client, or if it is required and absent
 */
export function assertAuthorizedParty(claims: JWTPayload, { isRequired }: { readonly isRequired: boolean }): void {
	const azp = claims.azp ?? undefined;
	if (azp === undefined ? isRequired : azp !== config().sts.clientId) throw new IdTokenRefused('azp');
}

/**
 * Checks a hash claim: the left half of the value's hash, with the hash function of the signature (OpenID Connect Core
 * 3.1.3.6 and 3.3.2.11).
 */
function assertHash(claim: 'at_hash' | 'c_hash', claims: JWTPayload, value: string, alg: string): void {
	const expected = claims[claim] ?? undefined;
	if (expected === undefined) return;
	const bits = /(?:256|384|512)$/.exec(alg)?.[0] ?? '512';
	const digest = builtin.crypto().createHash(`sha${bits}`).update(value).digest();
	const half = digest.subarray(0, digest.length / 2).toString('base64url');
	if (expected !== half) throw new IdTokenRefused(claim);
}

/** Whether only `sub` identifies the person, as in the ID tokens of some services. */
export function namesNobody({ name, eduid, federated_subject }: IdentityClaims): boolean {
	return name === undefined && eduid === undefined && federated_subject === undefined;
}

/**
 * The claims of an ID token. If it identifies the person only by `sub`, the claims of the userinfo endpoint are added
 * (OpenID Connect Core 5.3). Claims of the ID token take precedence, and the subject must be the same (5.3.2). If the STS
 * has no such endpoint, or the endpoint rejects the request, only the ID token's claims are returned.
 * @throws if the STS is unavailable: the person would be mistaken for another one
 */
export async function withUserInfo(
	claims: IdentityClaims,
	accessToken: string,
	requestId: string
): Promise<IdentityClaims> {
	if (!namesNobody(claims)) return claims;
	const metadata = await stsMetadata();
	if (!metadata.userinfo_endpoint) return claims;
	const { client } = stsClient();
	try {
		const response = await oauth.userInfoRequest(metadata, client, accessToken, stsCall);
		const found = v.parse(IdentityClaims, await oauth.processUserInfoResponse(metadata, client, claims.sub, response));
		const known = Object.entries(claims).filter(([, value]) => value !== undefined);
		return { ...found, ...Object.fromEntries(known) };
	} catch (error) {
		if (isUnavailable(error)) throw error;
		log.warn('the userinfo endpoint could not be read; the ID token has no name claims', { requestId, error });
		return claims;
	}
}
