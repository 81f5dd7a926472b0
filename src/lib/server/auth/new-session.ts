import { CLOCK_TOLERANCE_SECONDS, unixMs } from '../clock';
import { type IdentityClaims, displayName, stableSubject } from '../sts/claims';
import { type Provider, SESSION_SECONDS, type Session } from './session';
import { config } from '../config';

/** The token endpoint's answer at sign-in (RFC 6749 5.1, OIDC Core 3.1.3.3). `expiresAt` in Unix seconds. */
export interface TokenSet {
	readonly accessToken: string;
	readonly refreshToken?: string | undefined;
	readonly idToken?: string | undefined;
	readonly expiresAt?: number | undefined;
	/** When to renew, in Unix seconds. */
	readonly refreshAt?: number | undefined;
}

/** What a sign-in asked of the STS, and when. Unix time in seconds. */
interface SignInFacts {
	readonly provider: Provider;
	/** Whether the person was to authenticate again (`prompt=login`). */
	readonly asksLogin: boolean;
	readonly startedAt: number;
	readonly endedAt: number;
}

/** A session for somebody who has just signed in. */
export function newSession(claims: IdentityClaims, tokens: TokenSet, facts: SignInFacts): Session {
	const { provider, endedAt } = facts;
	return {
		id: crypto.randomUUID(),
		generation: 0,
		provider,
		sub: claims.sub,
		userId: stableSubject(claims),
		name: displayName(claims),
		email: claims.email,
		eduid: claims.eduid,
		institution: claims.schac_home_organization ?? claims.institution_id,
		acr: claims.acr,
		amr: claims.amr,
		sid: claims.sid,
		...authenticationOf(claims.auth_time, facts),
		issuedAt: issuedAt(claims.iat, endedAt),
		endsAt: endedAt + SESSION_SECONDS,
		...tokens
	};
}

/**
 * When the person authenticated. Without an `auth_time` that can be true (none, in the future, in milliseconds) it is known
 * only where the STS was asked to authenticate them, and answered: then not before the sign-in started.
 */
function authenticationOf(authTime: number | undefined, { asksLogin, startedAt, endedAt }: SignInFacts) {
	const isPlausible = authTime !== undefined && authTime > 0 && authTime <= endedAt + CLOCK_TOLERANCE_SECONDS;
	if (!isPlausible) return { authTime: asksLogin ? startedAt : 0 };
	return { authTime, isReauthIgnored: asksLogin && authTime < startedAt - CLOCK_TOLERANCE_SECONDS };
}

/** Two clocks that are a minute off, and a slow response. */
const MAX_IAT_OFFSET_SECONDS = 180;

/** Absent where `iat` can't be the time of the sign-in by the STS's clock: that clock may step, and some services set it minutes back. */
function issuedAt(iat: number | undefined, endedAt: number): number | undefined {
	return iat !== undefined && Math.abs(iat - endedAt) <= MAX_IAT_OFFSET_SECONDS ? iat : undefined;
}

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
