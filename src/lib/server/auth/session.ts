import * as v from 'valibot';
import { unixMs } from '../clock';

/** How a person signed in; also the ids of the two Auth.js providers and of their callback paths. */
export const providers = ['sts', 'sts-wallet'] as const;
export type Provider = (typeof providers)[number];

export function isProvider(text: string | null): text is Provider {
	return providers.some((provider) => provider === text);
}

/** 24 hours from sign-in; refreshing never extends it. */
export const SESSION_SECONDS = 24 * 60 * 60;

const text = v.optional(v.string());
const seconds = v.pipe(v.number(), v.integer());

/** The session as it lies sealed in the browser's cookie. Times are Unix seconds. */
export const SessionSchema = v.object({
	/** Random, new at each sign-in. */
	id: v.string(),
	/** Counts the writes of one session; an older generation never overwrites a newer one. */
	generation: seconds,
	provider: v.picklist(providers),
	sub: v.string(),
	/** The key that stays the same for one person in both ways of signing in. */
	userId: v.string(),
	name: text,
	email: text,
	eduid: text,
	institution: text,
	acr: text,
	amr: v.array(v.string()),
	/** The STS's own session id (OIDC Back-Channel Logout 2.1). */
	sid: text,
	/** When the person last proved to the STS who they are, as far as that is known; 0 where it is not. */
	authTime: seconds,
	/** The `iat` of the ID token of the sign-in: the session's beginning by the STS's clock, where it can be that. */
	issuedAt: v.optional(seconds),
	/** The STS was asked to authenticate the person again at this sign-in, and its `auth_time` says that it did not. */
	isReauthIgnored: v.optional(v.boolean()),
	endsAt: seconds,
	accessToken: v.string(),
	refreshToken: text,
	idToken: text,
	/** When the access token expires; absent when the STS did not say. */
	expiresAt: v.optional(seconds),
	/** When to renew it, a while before; absent with `expiresAt`. */
	refreshAt: v.optional(v.number()),
	/** When it was last sealed; version 1.0.0 does not say. */
	sealedAt: v.optional(seconds),
	/** The name of the renewal that gave these tokens: whoever brings it back has received them. */
	renewal: text
});

export type Session = Readonly<v.InferOutput<typeof SessionSchema>>;

/** What a browser may read of a session: never a token. `expires`: the absolute end of the session. */
export const PublicSession = v.strictObject({
	user: v.strictObject({
		id: v.string(),
		name: v.nullable(v.string()),
		email: v.nullable(v.string()),
		eduid: v.nullable(v.string()),
		institution: v.nullable(v.string())
	}),
	provider: v.picklist(providers),
	assurance: v.strictObject({ acr: v.nullable(v.string()), amr: v.array(v.string()) }),
	expires: v.pipe(v.string(), v.isoTimestamp()),
	/** Milliseconds until `expires`, by the portal's clock: the browser's may be wrong. */
	expiresInMs: v.pipe(v.number(), v.integer(), v.minValue(0))
});
export type PublicSession = v.InferOutput<typeof PublicSession>;

export function publicSession(session: Session, nowMs = unixMs()): PublicSession {
	return {
		user: {
			id: session.userId,
			name: session.name ?? null,
			email: session.email ?? null,
			eduid: session.eduid ?? null,
			institution: session.institution ?? null
		},
		provider: session.provider,
		assurance: { acr: session.acr ?? null, amr: session.amr },
		expires: new Date(session.endsAt * 1000).toISOString(),
		expiresInMs: Math.max(0, session.endsAt * 1000 - nowMs)
	};
}
