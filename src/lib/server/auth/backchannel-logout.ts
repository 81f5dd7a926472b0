import { FRESH_CLOCK_TOLERANCE_SECONDS, unixMs } from '../clock';
import { invalidField, Problem } from '../http/problem';
import { log } from '../log';
import { type LogoutClaims, verifyLogoutToken } from '../sts/logout-token';
import { isAway } from '../sts/errors';
import { sharedStore } from '../store';
import { denyAtSts } from './deny-list';

/** A logout token has a handful of claims; all callers wait with theirs while the STS is slow. */
export const MAX_TOKEN_CHARACTERS = 8192;
/** A logout token is good for minutes at most (OIDC Back-Channel Logout 1.0, 2.4); its id is remembered for longer. */
const REMEMBERED_MS = 60 * 60 * 1000;
const OLDEST_SECONDS = 30 * 60;

/**
 * By `sub` only sessions that began before the token was made, however late it comes: a person may have signed in again. A
 * `sid` names a session of the STS that is over, so all that began with it end. By the STS's clock, as sessions have their
 * beginning: those of the STS and of the instances may differ.
 */
function endMsOf({ sid, iat }: LogoutClaims, nowMs: number): number {
	return sid === undefined ? iat * 1000 : Math.max(nowMs, iat * 1000);
}

/**
 * Ends the sessions that a logout token names, on every instance.
 * @throws {Problem} `invalid_request` for a token that is none, is old or has been used; `upstream_unavailable` while the
 * STS's keys can't be had
 */
export async function endAtSts(token: string, requestId: string): Promise<void> {
	if (token.length > MAX_TOKEN_CHARACTERS) throw invalidField('logout_token');
	const claims = await verifyLogoutToken(token).catch((error: unknown) => {
		log.warn('a logout token was refused', { requestId, error });
		throw isAway(error) ? new Problem('upstream_unavailable') : invalidField('logout_token');
	});
	const nowMs = unixMs();
	const ageSeconds = nowMs / 1000 - claims.iat;
	if (ageSeconds > OLDEST_SECONDS || ageSeconds < -FRESH_CLOCK_TOLERANCE_SECONDS) throw invalidField('logout_token');
	const isNew = await sharedStore().replace(`jti:${claims.jti}`, null, crypto.randomUUID(), REMEMBERED_MS);
	if (!isNew) throw invalidField('logout_token');
	await denyAtSts(claims, endMsOf(claims, nowMs));
	log.info('sessions ended by the STS', { requestId, by: claims.sid === undefined ? 'subject' : 'session' });
}
