import * as oauth from 'oauth4webapi';
import * as v from 'valibot';
import { unixMs, withinLimit } from '../clock';
import { config } from '../config';
import { log } from '../log';
import { sharedOnly } from '../store';
import { type SharedOnly, StoreUnavailable, MAX_VALUE_CHARACTERS } from '../store/store';
import { stsClient } from '../sts/client';
import { stsCall, stsMetadata } from '../sts/metadata';
import { forgetExchanged } from '../sts/token-exchange';
import { isReplaced, isRevokedNow } from './revoked-sessions';
import { openTokens, sealTokens, tokensNameOf } from './session-format';
import type { Session } from './session';

/** The token endpoint's response at sign-in (RFC 6749 5.1, OpenID Connect Core 3.1.3.3). */
export interface TokenSet {
	readonly accessToken: string;
	readonly refreshToken?: string | undefined;
	readonly idToken?: string | undefined;
	/** When the access token expires, in Unix seconds. */
	readonly expiresAt?: number | undefined;
	/** When to refresh the tokens, in Unix seconds. */
	readonly refreshAt?: number | undefined;
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

const KEY_BYTES = 32;
/** An instance that changes the record first has written the same tokens or newer ones. */
const MAX_REPLACE_TRIES = 3;

/**
 * The record in the shared store of a session whose tokens do not fit the cookie: what changes with a refresh. It is
 * sealed with a random key that is only in the session's cookie. The process keeps no copy: an old copy has a refresh
 * token that was redeemed before, and an STS that rotates them ends the session when it is used again.
 */
const StoredTokens = v.object({
	generation: v.number(),
	accessToken: v.string(),
	refreshToken: v.optional(v.string()),
	idToken: v.optional(v.string()),
	expiresAt: v.optional(v.number()),
	refreshAt: v.optional(v.number()),
	renewal: v.optional(v.string())
});
type StoredTokens = v.InferOutput<typeof StoredTokens>;

/** A session whose tokens are in the shared store. */
export type StoredSession = Session & { readonly tokensKey: string };

/** The tokens of a session do not fit where they would be stored. */
export class SessionTooLarge extends Error {
	override readonly name = 'SessionTooLarge';
}

export function newTokensKey(): string {
	return Buffer.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES))).toString('base64url');
}

/** Whether the tokens of a session are in the shared store. @param session as read from a cookie */
export function hasStoredTokens(session: Session): session is StoredSession {
	return session.tokensKey !== undefined;
}

/** What the cookie of a session contains while its tokens are in the store. A refresh does not change it. */
export function withoutTokens(session: Session): Session {
	const { accessToken: _access, refreshToken: _refresh, idToken: _id, ...rest } = session;
	const { expiresAt: _expires, refreshAt: _due, renewal: _renewal, ...facts } = rest;
	return { ...facts, generation: 0 };
}

/** The text that the store gets. @throws {SessionTooLarge} */
export function tokenRecord(session: StoredSession): string {
	const { id, tokensKey, generation, accessToken, refreshToken, idToken, expiresAt, refreshAt, renewal } = session;
	const tokens = { generation, accessToken, refreshToken, idToken, expiresAt, refreshAt, renewal };
	const text = sealTokens(tokensKey, id, tokens);
	if (text.length > MAX_VALUE_CHARACTERS) throw new SessionTooLarge('the token set is too large for the store');
	return text;
}

interface SessionTokensOptions {
	readonly store: SharedOnly;
	/** Unix time in milliseconds. */
	readonly unixNow?: () => number;
}

export function createSessionTokens({ store, unixNow = unixMs }: SessionTokensOptions) {
	function opened({ tokensKey, id }: StoredSession, text: string | undefined): StoredTokens | null {
		const parsed = v.safeParse(StoredTokens, text ? openTokens(tokensKey, id, text) : null);
		return parsed.success ? parsed.output : null;
	}

	return {
		/**
		 * The session with its tokens; null if the store has none that belong to it.
		 * @throws {StoreUnavailable}
		 */
		async load(session: StoredSession): Promise<StoredSession | null> {
			const entry = await store.read(tokensNameOf(session.tokensKey));
			const tokens = opened(session, entry?.text);
			return tokens && { ...session, ...tokens };
		},

		/**
		 * Stores the session's tokens until the session ends, unless the store has the same or newer ones.
		 * @throws {SessionTooLarge}
		 * @throws {StoreUnavailable}
		 */
		async save(session: StoredSession): Promise<void> {
			const [key, text] = [tokensNameOf(session.tokensKey), tokenRecord(session)];
			const { generation, endsAt } = session;
			const lifeMs = Math.ceil(endsAt * 1000 - unixNow());
			if (lifeMs <= 0) return;
			for (let tries = 0; tries < MAX_REPLACE_TRIES; tries++) {
				const found = await store.read(key);
				const stored = opened(session, found?.text);
				if (stored && stored.generation >= generation) return;
				if (await store.replace(key, found, text, lifeMs)) return;
			}
		},

		/** Deletes the session's tokens. @throws {StoreUnavailable} */
		async remove({ tokensKey }: StoredSession): Promise<void> {
			await store.write(tokensNameOf(tokensKey), '', 1);
		}
	};
}

/** The store was removed from the configuration: its sessions end. */
const NO_STORE: SharedOnly = {
	read: () => Promise.resolve(null),
	replace: () => Promise.reject(new StoreUnavailable()),
	write: () => Promise.resolve()
};

let made: ReturnType<typeof createSessionTokens> | undefined;

/** The tokens of this portal's sessions in the shared store. */
export function sessionTokens(): ReturnType<typeof createSessionTokens> {
	return (made ??= createSessionTokens({ store: sharedOnly() ?? NO_STORE }));
}

/** Sign-out takes effect locally and immediately. Each call to the STS may take at most this long. */
export const SIGN_OUT_LIMIT_MS = 3000;

/**
 * Revokes the refresh token, or the access token if there is none (RFC 7009). This is a best effort: a failure is logged
 * and does not prevent the sign-out. This process drops the tokens that it got in exchange for the access token.
 */
export async function revokeTokens(
	session: Pick<Session, 'accessToken' | 'refreshToken'>,
	requestId?: string
): Promise<void> {
	const token = session.refreshToken ?? session.accessToken;
	if (token === undefined) {
		log.warn('a token could not be revoked: the shared store is unavailable', { requestId });
		return;
	}
	if (session.accessToken !== undefined) forgetExchanged(session.accessToken);
	const tokenType = session.refreshToken === undefined ? 'access_token' : 'refresh_token';
	try {
		const metadata = await withinLimit(stsMetadata(), SIGN_OUT_LIMIT_MS);
		if (!metadata.revocation_endpoint) return;
		const { client, authentication } = stsClient();
		const response = await oauth.revocationRequest(metadata, client, authentication, token, {
			...stsCall,
			signal: AbortSignal.timeout(SIGN_OUT_LIMIT_MS),
			additionalParameters: { token_type_hint: tokenType }
		});
		// RFC 7009 specifies 200; some services respond with another 2xx status.
		if (!response.ok) await oauth.processRevocationResponse(response);
	} catch (error) {
		log.warn('a token could not be revoked', { requestId, tokenType, error });
	}
}

/** Deletes the tokens of a session that ends, if they are in the store. Without its cookie, tokens that remain can't be opened. */
export async function removeStoredTokens(session: Session): Promise<void> {
	if (!hasStoredTokens(session)) return;
	await sessionTokens()
		.remove(session)
		.catch(() => {});
}

/** Revokes the tokens of a session that was to begin, wherever they are. The store keeps none. */
export async function discardTokens(session: Session, requestId: string): Promise<void> {
	if (session.accessToken !== undefined || !hasStoredTokens(session)) return revokeTokens(session, requestId);
	const loaded = await sessionTokens()
		.load(session)
		.catch(() => null);
	await Promise.all([revokeTokens(loaded ?? session, requestId), removeStoredTokens(session)]);
}

/**
 * Revokes the tokens of a refresh during which the session has ended: who ended it knew only the earlier ones. Those of a
 * session that a sign-in has replaced are left to expire, because an STS that revokes a grant as a whole would also end the
 * new session.
 */
export async function revokeIfEnded(refreshed: Session): Promise<void> {
	if ((await isRevokedNow(refreshed)) && !(await isReplaced(refreshed))) await revokeTokens(refreshed);
}
