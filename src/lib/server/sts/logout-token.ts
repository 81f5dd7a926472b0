import { decodeJwt, decodeProtectedHeader, errors } from 'jose';
import * as v from 'valibot';
import { config } from '../config';
import { isIdentifier } from '../upstream/lenient';
import { assertAuthorizedParty } from './id-token';
import { verifySignedToken } from './tokens';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

const id = v.custom<string>(isIdentifier);
/** Null counts as absent; any other value that is no id makes the token invalid. */
const optionalId = v.pipe(
	v.nullish(id),
	v.transform((value) => value ?? undefined)
);

const LogoutClaims = v.pipe(
	v.object({
		jti: id,
		iat: v.number(),
		sid: optionalId,
		sub: optionalId,
		events: v.object({ [LOGOUT_EVENT]: v.looseObject({}) }),
		/** An ID token has one; a logout token never does, so that neither passes for the other. */
		nonce: v.optional(v.never())
	}),
	v.check(({ sid, sub }) => sid !== undefined || sub !== undefined, 'names neither a session nor a subject')
);

/** Whose sessions the STS has ended: one session of it (`sid`), or all of a subject. */
export type LogoutClaims = v.InferOutput<typeof LogoutClaims>;

/**
 * The claims of a logout token (OIDC Back-Channel Logout 1.0, 2.4 and 2.6). That its `jti` is new is for the caller to see.
 * @throws jose's errors, IdTokenRefused or ValiError for anything else; network faults while the STS's keys can't be had
 */
export async function verifyLogoutToken(token: string): Promise<LogoutClaims> {
	assertForPortal(token);
	const claims = await verifySignedToken(token, {
		audience: config().sts.clientId,
		requiredClaims: ['iat', 'jti', 'events'],
		from: 'stranger',
		algorithms: 'listed'
	});
	assertAuthorizedParty(claims, { isRequired: false });
	return v.parse(LogoutClaims, claims);
}

/**
 * Refuses what is plainly no logout token for this client before any key is waited for: anybody may send one. A type in the header is
 * optional (OIDC Back-Channel Logout 1.0, 2.4).
 */
function assertForPortal(token: string): void {
	const { typ = 'JWT' } = decodeProtectedHeader(token);
	const claims = decodeJwt(token);
	const { issuer, clientId } = config().sts;
	if (!/^(?:application\/)?(?:logout\+)?jwt$/i.test(typ))
		throw new errors.JWTInvalid('the type is not that of a logout token');
	// Compared as discovery is compared with the configuration; the exact text is checked with the signature.
	if (!URL.canParse(claims.iss ?? '') || new URL(claims.iss ?? '').href !== new URL(issuer).href)
		throw new errors.JWTClaimValidationFailed('unexpected "iss" claim value', claims, 'iss', 'check_failed');
	if (![claims.aud].flat().includes(clientId))
		throw new errors.JWTClaimValidationFailed('unexpected "aud" claim value', claims, 'aud', 'check_failed');
	v.parse(LogoutClaims, claims);
}
