import { CLOCK_TOLERANCE_SECONDS, unixMs } from '../clock';
import { type IdentityClaims, displayName, stableSubject } from '../sts/id-token';
import { type Provider, type Session } from './session';
import { config } from '../config';
import { newTokensKey } from './session-tokens';

/** The token endpoint's response at sign-in (RFC 6749 5.1, OIDC Core 3.1.3.3). `expiresAt` in Unix seconds. */
export interface TokenSet {
	readonly accessToken: string;
	readonly refreshToken?: string | undefined;
	readonly idToken?: string | undefined;
	readonly expiresAt?: number | undefined;
	/** When to refresh the tokens, in Unix seconds. */
	readonly refreshAt?: number | undefined;
}

/** What a sign-in requested from the STS, and when. Times are in Unix seconds. */
interface SignInFacts {
	readonly provider: Provider;
	/** Whether the person had to authenticate again (`prompt=login`). */
	readonly requestsLogin: boolean;
	readonly startedAt: number;
	readonly endedAt: number;
	/** The start of the session (`sessionStart`). */
	readonly sessionStartsAt: number;
}

/** Creates the session of a person who has just signed in. */
export function newSession(claims: IdentityClaims, tokens: TokenSet, facts: SignInFacts): Session {
	const { provider, endedAt, sessionStartsAt } = facts;
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
		institutionId: claims.institution_id,
		acr: claims.acr,
		amr: claims.amr,
		sid: claims.sid,
		...authenticationOf(claims.auth_time, facts),
		issuedAt: issuedAt(claims.iat, endedAt),
		startedAt: sessionStartsAt,
		endsAt: endedAt + config().sessionMaxAgeSeconds,
		// A cookie without a time counts as active now, also a copy that is used much later (`idle.ts`).
		...(config().sessionIdleSeconds > 0 && { activeAt: endedAt }),
		...tokens,
		tokensKey: newTokensKey()
	};
}

/**
 * When the person authenticated. If `auth_time` is absent or implausible (in the future, or in milliseconds), the
 * time is known only if the STS had to authenticate the person again: then it is not before the start of the sign-in.
 * Otherwise it is 0.
 */
function authenticationOf(authTime: number | undefined, { requestsLogin, startedAt, endedAt }: SignInFacts) {
	const isPlausible = authTime !== undefined && authTime > 0 && authTime <= endedAt + CLOCK_TOLERANCE_SECONDS;
	if (!isPlausible) return { authTime: requestsLogin ? startedAt : 0 };
	return { authTime, isReauthIgnored: requestsLogin && authTime < startedAt - CLOCK_TOLERANCE_SECONDS };
}

/** Allows for two clocks that are a minute off and a slow response. */
const MAX_IAT_OFFSET_SECONDS = 180;

/**
 * `iat` if it is plausible as the time of the sign-in by the STS's clock; otherwise undefined. That clock may step,
 * and some services set `iat` minutes back.
 */
function issuedAt(iat: number | undefined, endedAt: number): number | undefined {
	return iat !== undefined && Math.abs(iat - endedAt) <= MAX_IAT_OFFSET_SECONDS ? iat : undefined;
}

/**
 * When an access token expires and when to refresh it, in Unix seconds; empty if the STS does not state a lifetime.
 * The token is refreshed before it expires: by the configured grace period, or by a quarter of its lifetime if that
 * is shorter, so that a short-lived token is not refreshed all the time.
 * @param lifeSeconds `expires_in` of RFC 6749 5.1
 */
export function tokenTimes(lifeSeconds: number | undefined): Pick<TokenSet, 'expiresAt' | 'refreshAt'> {
	if (lifeSeconds === undefined) return {};
	const expiresAt = Math.floor(unixMs() / 1000 + lifeSeconds);
	return { expiresAt, refreshAt: expiresAt - Math.min(config().refreshGraceSeconds, lifeSeconds / 4) };
}
