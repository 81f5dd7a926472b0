import { type IdentityClaims, displayName, stableSubject } from './claims';
import { type Provider, SESSION_SECONDS, type Session } from './session';

/** The token endpoint's answer at sign-in (RFC 6749 5.1, OIDC Core 3.1.3.3). `expiresAt` in Unix seconds. */
export interface TokenSet {
	readonly accessToken: string;
	readonly refreshToken?: string | undefined;
	readonly idToken?: string | undefined;
	readonly expiresAt?: number | undefined;
	/** When to renew, in Unix seconds. */
	readonly refreshAt?: number | undefined;
}

/** A session for somebody who has just signed in. `nowSeconds` is Unix time. */
export function newSession(provider: Provider, claims: IdentityClaims, tokens: TokenSet, nowSeconds: number): Session {
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
		authTime: claims.auth_time ?? nowSeconds,
		endsAt: nowSeconds + SESSION_SECONDS,
		...tokens
	};
}
