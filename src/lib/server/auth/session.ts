import * as v from 'valibot';

/** How a person signed in. The values are also the ids of the two Auth.js providers and of their callback paths. */
export const providers = ['sts', 'sts-wallet'] as const;
export type Provider = (typeof providers)[number];

export function isProvider(text: string | null): text is Provider {
	return providers.some((provider) => provider === text);
}

/** How long the sessions of earlier versions live, and sessions by default. */
export const SESSION_SECONDS = 24 * 60 * 60;
/** The longest that any instance lets a session live. */
export const MAX_SESSION_SECONDS = 7 * 24 * 60 * 60;

const text = v.optional(v.string());
const seconds = v.pipe(v.number(), v.integer());

/** The session that is sealed in the browser's cookie. Times are in Unix seconds. */
const SessionFields = v.object({
	/** Random, new at each sign-in. */
	id: v.string(),
	/** Counts the refreshes of one session. The tokens of an older generation never overwrite newer ones. */
	generation: seconds,
	provider: v.picklist(providers),
	sub: v.string(),
	/** The id of the person, the same for both sign-in methods. */
	userId: v.string(),
	name: text,
	email: text,
	eduid: text,
	institution: text,
	/** The institution's id in the STS's list, if the STS names it; absent in sessions that version 1.0.0 wrote. */
	institutionId: text,
	acr: text,
	amr: v.array(v.string()),
	/** The STS's own session id (OpenID Connect Back-Channel Logout 2.1). */
	sid: text,
	/** When the person last authenticated at the STS; 0 if unknown. */
	authTime: seconds,
	/** The `iat` of the ID token at sign-in, if plausible: the start of the session by the STS's clock. */
	issuedAt: v.optional(seconds),
	/** The STS was asked to authenticate the person again at this sign-in, but its `auth_time` shows that it did not. */
	isReauthIgnored: v.optional(v.boolean()),
	/** When the person signed in, by the portal's clock; absent in sessions of earlier versions. */
	startedAt: v.optional(seconds),
	/** The absolute end. Neither a refresh nor activity extends it. */
	endsAt: seconds,
	/** When the person was last active (`handles/session.ts`); absent in sessions that were written without an idle timeout. */
	activeAt: v.optional(seconds),
	/** Absent if the tokens are in the shared store and have not been read for this request (`session-tokens.ts`). */
	accessToken: text,
	refreshToken: text,
	idToken: text,
	/** When the access token expires, not the session; absent if the STS did not state it. */
	expiresAt: v.optional(seconds),
	/** When to refresh it, some time before it expires; absent if `expiresAt` is absent. */
	refreshAt: v.optional(v.number()),
	/** When it was last sealed; absent in sessions that version 1.0.0 wrote. */
	sealedAt: v.optional(seconds),
	/** The name of the refresh that returned these tokens. A browser that sends it has received them. */
	renewal: text,
	/**
	 * Names and opens the record of the tokens in the shared store. In a session from a cookie: the tokens are there. In a
	 * new one: where they go if they do not fit the cookie.
	 */
	tokensKey: text
});

export const SessionSchema = v.pipe(
	SessionFields,
	v.check(({ accessToken, tokensKey }) => accessToken !== undefined || tokensKey !== undefined)
);

export type Session = Readonly<v.InferOutput<typeof SessionSchema>>;

/**
 * Why a session has ended.
 * - `revoked`: a sign-out, an operator or the STS ended it, as the shared store says.
 * - `replaced`: a later sign-in in the same browser took its place.
 * - `idle`: it was idle for too long.
 * - `tokens`: its tokens are of no more use. The STS refuses to refresh them, or the shared store has lost them.
 */
export type SessionEnd = 'revoked' | 'replaced' | 'idle' | 'tokens';
