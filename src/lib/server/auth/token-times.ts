import { unixMs } from '../clock';
import { config } from '../config';
import type { TokenSet } from './new-session';

/**
 * When an access token ends and when it is renewed, in Unix seconds; nothing when the STS does not say how long it lives.
 * Renewed before its end by the configured grace, or by a quarter of its life where that is less, so that a token that
 * lives for seconds is not renewed all the time.
 * @param lifeSeconds `expires_in` of RFC 6749 5.1
 */
export function tokenTimes(lifeSeconds: number | undefined): Pick<TokenSet, 'expiresAt' | 'refreshAt'> {
	if (lifeSeconds === undefined) return {};
	const expiresAt = Math.floor(unixMs() / 1000 + lifeSeconds);
	return { expiresAt, refreshAt: expiresAt - Math.min(config().refreshGraceSeconds, lifeSeconds / 4) };
}
