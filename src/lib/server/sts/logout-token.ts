import { decodeJwt, decodeProtectedHeader, errors } from 'jose';
import * as v from 'valibot';
import { config } from '../config';
import { isSameIssuer } from '../upstream/egress';
import { isIdentifier } from '../upstream/lenient';
import { assertAuthorizedParty } from './id-token';
import { verifySignedToken } from './tokens';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

const id = v.custom<string>(isIdentifier);
/** Null counts as absent. Any other value that is not an id makes the token invalid. */
const optionalId = v.pipe(
	v.nullish(id),
	v.transform((value) => value ?? undefined)
);

const LogoutClaims = v.pipe(
	v.object({
		jti: id,
		/** May have decimals (RFC 7519, NumericDate). A revocation is stored in whole milliseconds. */
		iat: v.pipe(v.number(), v.transform(Math.floor)),
		sid: optionalId,
		sub: optionalId,
		events: v.object({ [LOGOUT_EVENT]: v.looseObject({}) }),
		/** An ID token has a nonce and a logout token must not, so that neither can be used as the other. */
		nonce: v.optional(v.never())
	}),
	v.check(({ sid, sub }) => sid !== undefined || sub !== undefined, 'names neither a session nor a subject')
);

/** The sessions that the STS has ended: those of one session at the STS (`sid`), or all sessions of a subject. */
export type LogoutClaims = v.InferOutput<typeof LogoutClaims>;

/**
 * Verifies a logout token (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6). The caller has to check that its `jti` is new.
 * @returns its claims
 * @throws jose's errors, IdTokenRefused or ValiError for an invalid token, and KeysUnavailable while the STS's keys are
 * unavailable
 */
export async function verifyLogoutToken(token: string): Promise<LogoutClaims> {
	assertForPortal(token);
	const claims = await verifySignedToken(token, {
		audience: config().sts.clientId,
		requiredClaims: ['iat', 'jti', 'events'],
		from: 'untrusted',
		algorithms: 'listed'
	});
	assertAuthorizedParty(claims, { isRequired: false });
	return v.parse(LogoutClaims, claims);
}

/**
 * Rejects tokens that are clearly not logout tokens for this client before any key is fetched, because anybody may send
 * one. A type in the header is optional (OpenID Connect Back-Channel Logout 1.0, 2.4).
 */
function assertForPortal(token: string): void {
	const { typ = 'JWT' } = decodeProtectedHeader(token);
	const claims = decodeJwt(token);
	const { issuer, clientId } = config().sts;
	if (!/^(?:application\/)?(?:logout\+)?jwt$/i.test(typ))
		throw new errors.JWTInvalid('the type is not that of a logout token');
	// The exact text is checked with the signature.
	if (!isSameIssuer(claims.iss, issuer))
		throw new errors.JWTClaimValidationFailed('unexpected "iss" claim value', claims, 'iss', 'check_failed');
	if (![claims.aud].flat().includes(clientId))
		throw new errors.JWTClaimValidationFailed('unexpected "aud" claim value', claims, 'aud', 'check_failed');
	v.parse(LogoutClaims, claims);
}
