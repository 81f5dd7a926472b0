import { decodeJwt, decodeProtectedHeader, errors } from 'jose';
import * as v from 'valibot';
import { audit } from '../audit';
import { FRESH_CLOCK_TOLERANCE_SECONDS, unixMs } from '../clock';
import { config } from '../config';
import { invalidField, Problem } from '../http/problem';
import { log } from '../log';
import { sharedStore } from '../store';
import { isSameIssuer } from '../sts/addresses';
import { assertAuthorizedParty } from '../sts/id-token';
import { isUnavailable } from '../sts/responses';
import { verifySignedToken } from '../sts/tokens';
import { isIdentifier } from '../upstream/lenient';
import { revokeAtSts } from './revoked-sessions';

/** A logout token has only a few claims. While the STS is slow, all callers wait and their tokens stay in memory. */
export const MAX_TOKEN_CHARACTERS = 8192;
/** A logout token is valid for minutes at most (OpenID Connect Back-Channel Logout 1.0, 2.4). Its id is stored for longer. */
const REMEMBERED_MS = 60 * 60 * 1000;
const OLDEST_SECONDS = 30 * 60;

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

/** What identifies the sessions that the STS has ended (`revokeAtSts`). */
type LogoutClaims = v.InferOutput<typeof LogoutClaims>;

/**
 * Revokes the sessions that a logout token names, on every instance.
 * @throws {Problem} `invalid_request` if the token is invalid, old or already used; `upstream_unavailable` while the STS's
 * keys are unavailable
 */
export async function revokeByLogoutToken(token: string, requestId: string): Promise<void> {
	if (token.length > MAX_TOKEN_CHARACTERS) throw invalidField('logout_token');
	const claims = await verifyLogoutToken(token).catch((error: unknown) => {
		if (isUnavailable(error)) {
			log.warn('a logout token could not be verified', { requestId, error });
			throw new Problem('upstream_unavailable');
		}
		log.limited('a logout token was rejected', { requestId, error });
		throw invalidField('logout_token');
	});
	const ageSeconds = unixMs() / 1000 - claims.iat;
	if (ageSeconds > OLDEST_SECONDS || ageSeconds < -FRESH_CLOCK_TOLERANCE_SECONDS) throw invalidField('logout_token');
	const isNew = await sharedStore().replace(`jti:${claims.jti}`, null, crypto.randomUUID(), REMEMBERED_MS);
	if (!isNew) throw invalidField('logout_token');
	await revokeAtSts(claims, claims.iat * 1000);
	audit('session.ended', { by: 'sts', stsSub: claims.sub, stsSid: claims.sid }, { requestId });
	log.info('the STS ended sessions (back-channel logout)', {
		requestId,
		by: claims.sid === undefined ? 'subject' : 'session'
	});
}

/**
 * Verifies a logout token (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6). The caller has to check that its `jti` is new.
 * @returns its claims
 * @throws jose's errors, IdTokenRefused or ValiError for an invalid token, and KeysUnavailable while the STS's keys are
 * unavailable
 */
async function verifyLogoutToken(token: string): Promise<LogoutClaims> {
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
