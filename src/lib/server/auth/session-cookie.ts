import {
	type CookieText,
	joinChunks,
	leftoverChunks,
	MAX_SESSION_BYTES,
	sessionCodec,
	splitChunks
} from './session-format';
import type { Cookies } from '@sveltejs/kit';
import { stringifySetCookie } from 'cookie';
import { unixSeconds } from '../clock';
import { config } from '../config';
import { cookieAttributes, cookieName, sealOf } from '../http/cookies';
import { COMFORTABLE_SESSION_BYTES, cookieBytes } from './cookie-budget';
import { log } from '../log';
import { StoreUnavailable } from '../store/store';
import { type Session, SessionSchema } from './session';
import {
	hasStoredTokens,
	newTokensKey,
	SessionTooLarge,
	sessionTokens,
	type StoredSession,
	withoutTokens
} from './session-tokens';

const sealed = sealOf('session', SessionSchema, () => sessionCodec(config().sessionFormat));

/**
 * While a new AUTH_SECRET is rolled out, instances have different first secrets. A session that another instance has just
 * sealed must not be sealed again, or instances would rewrite the cookie with every request.
 */
const MIN_RESEAL_SECONDS = 60 * 60;

/** The session in a request's cookies. */
export interface ReadSession {
	/** Without its tokens if they are in the shared store. */
	readonly session: Session;
	/**
	 * Whether to seal it again: immediately for the configured format or place of the tokens, and at most once an hour for the
	 * first secret.
	 */
	readonly stale: false | 'secret' | 'format';
}

/** The session of a request, if it has not expired. */
export function readSession(cookies: Cookies, nowSeconds: number): ReadSession | null {
	const text = joinChunks(cookieName('session'), (name) => cookies.get(name));
	const opened = sealed.openFor(cookies, text ?? undefined);
	if (!opened || opened.value.endsAt <= nowSeconds) return null;
	const { value, stale } = opened;
	if (stale === 'format' || (hasStoredTokens(value) && config().sessionTokens === 'cookie'))
		return { session: value, stale: 'format' };
	const isDue = nowSeconds - (value.sealedAt ?? 0) >= MIN_RESEAL_SECONDS;
	return { session: value, stale: stale === 'secret' && isDue && 'secret' };
}

/**
 * Writes a session for the browser. Its tokens go into the cookie, or into the shared store.
 * @param before the session that came with the request
 * @returns the `Set-Cookie` values that store the session in the browser (null: delete it) and delete leftover chunks of
 * an earlier one; empty if the browser's cookie stays as it is
 * @throws {SessionTooLarge} if the session does not fit even without its ID token
 * @throws {StoreUnavailable} if the tokens have to go into the store, and it is unavailable
 */
export async function writeSession(
	session: Session | null,
	cookies: Pick<Cookies, 'getAll'>,
	nowSeconds: number,
	before: ReadSession | null = null
): Promise<string[]> {
	const kept = session ? await saveSession({ ...session, sealedAt: nowSeconds }, before) : [];
	return kept === null ? [] : setCookiesOf(session, kept, cookies, nowSeconds);
}

/** @param kept the session's cookies; cookies of an earlier session are deleted */
export function setCookiesOf(
	session: Session | null,
	kept: readonly CookieText[],
	cookies: Pick<Cookies, 'getAll'>,
	nowSeconds: number
): string[] {
	const name = cookieName('session');
	// The expiry of the session is sealed in it. Without `Max-Age`, the cookie is deleted when the browser is closed.
	const lifetime = session && config().sessionCookiePersistent ? { maxAge: session.endsAt - nowSeconds } : {};
	const received = cookies.getAll().map((cookie) => cookie.name);
	return [
		...leftoverChunks(name, received, kept).map((leftover) =>
			stringifySetCookie(leftover, '', { ...cookieAttributes(), maxAge: 0 })
		),
		...kept.map((chunk) => stringifySetCookie(chunk.name, chunk.value, { ...cookieAttributes(), ...lifetime }))
	];
}

/** The page and the metric say `sts_unavailable`. */
const STORE_HINT = 'the sign-in failed at the shared store, and not at the STS: check its memory and its connection';

/**
 * Stores the tokens of a new session, if they belong into the store. Call it before the sign-in changes anything.
 * @returns the session, without its tokens if they are in the store: `writeSession` then only writes the cookie. Or why the
 * session can't be stored
 */
export async function storeTokens(
	session: Session,
	requestId: string
): Promise<{ readonly session: Session } | { readonly error: 'session_too_large' | 'sts_unavailable' }> {
	try {
		const place = await savePlaced({ ...session, sealedAt: unixSeconds() }, false);
		// Without an ID token that the cookie has no room for, the outcome of the callback is small enough for the store.
		return {
			session: place.tokens === 'store' ? withoutTokens(place.session) : { ...session, idToken: place.session.idToken }
		};
	} catch (error) {
		if (!(error instanceof SessionTooLarge || error instanceof StoreUnavailable)) throw error;
		const isTooLarge = error instanceof SessionTooLarge;
		const what = isTooLarge ? 'the tokens of a session are too large' : 'the tokens of a sign-in could not be stored';
		log.error(what, { requestId, error, ...(!isTooLarge && { hint: STORE_HINT }) });
		return { error: isTooLarge ? 'session_too_large' : 'sts_unavailable' };
	}
}

/** Stores the tokens, if they belong into the store. @returns the cookies to set; null if the browser's stay as they are */
async function saveSession(session: Session, before: ReadSession | null): Promise<readonly CookieText[] | null> {
	const isStored = before !== null && hasStoredTokens(before.session) && before.session.tokensKey === session.tokensKey;
	const place = await savePlaced(session, isStored);
	if (place.tokens === 'cookie') return cookiesOf(place);
	const isUnchanged = isStored && before.stale !== 'secret' && isSameFacts(before.session, session);
	return isUnchanged ? null : place.chunks;
}

/** Saves tokens that are placed in the store. @returns the place; the cookie if the store is unavailable and they fit */
async function savePlaced(session: Session, isStored: boolean): Promise<InCookie | InStore> {
	const place = placeSession(session, isStored);
	try {
		if (place.tokens === 'store' && place.session.accessToken !== undefined) await sessionTokens().save(place.session);
		return place;
	} catch (error) {
		const fallback = error instanceof StoreUnavailable && !isStored ? inCookie(cookieVariants(session).all) : null;
		if (!fallback || config().sessionTokens === 'store') throw error;
		return fallback;
	}
}

/** Compares what is in the cookie of a session whose tokens are in the store. */
function isSameFacts(one: Session, other: Session): boolean {
	const [a, b] = [one, other].map((session) => {
		const facts = Object.entries({ ...withoutTokens(session), sealedAt: 0 });
		return JSON.stringify(facts.filter(([, value]) => value !== undefined).sort());
	});
	return a === b;
}

let hasWarned = false;

function cookiesOf({ chunks, isLarge }: InCookie): readonly CookieText[] {
	if (isLarge && !hasWarned) {
		hasWarned = true;
		log.warn(
			'a session is larger than proxies accept with their defaults: increase proxy_buffer_size (docs/operations.md), or configure a shared store'
		);
	}
	return chunks;
}

interface InCookie {
	readonly tokens: 'cookie';
	readonly chunks: readonly CookieText[];
	/** Whether the response that sets these cookies has a larger head than proxies accept with their defaults. */
	readonly isLarge: boolean;
	/** What they contain. */
	readonly session: Session;
}

interface InStore {
	readonly tokens: 'store';
	/** The cookies with the rest of the session. */
	readonly chunks: readonly CookieText[];
	readonly session: StoredSession;
}

/**
 * Decides where the tokens of a session go. Stores nothing.
 * @param isStored whether they are in the store, where they stay unless SESSION_TOKENS is `cookie`
 * @throws {SessionTooLarge}
 */
export function placeSession(session: Session, isStored = false): InCookie | InStore {
	const { sessionTokens: place, store, sts } = config();
	const variants = cookieVariants(session);
	const mustStay = session.accessToken === undefined || (isStored && place !== 'cookie');
	const inCookies = mustStay || place === 'store' ? null : inCookie(variants.comfortable);
	if (inCookies) return inCookies;
	const needed = sts.signOutIdTokenHint ? session : { ...session, idToken: undefined };
	if (mustStay || (place !== 'cookie' && store.isShared)) return inStore(needed);
	const large = inCookie(variants.all);
	if (large) return large;
	if (isStored) return inStore(needed);
	throw new SessionTooLarge('the token set is too large for a cookie');
}

/**
 * What a cookie may contain of a session, best first, with the size limit of each. The ID token is dropped if space is
 * short: only the sign-out hint needs it later, and only where that is configured.
 */
function cookieVariants(session: Session) {
	const { sessionFormat, sts } = config();
	const maxBytes = MAX_SESSION_BYTES[sessionFormat];
	const whole = { ...session, tokensKey: undefined };
	const slim = { ...whole, idToken: undefined };
	const wholes: Variant[] = [[whole, COMFORTABLE_SESSION_BYTES]];
	if (sts.signOutIdTokenHint)
		return { comfortable: wholes, all: [[whole, maxBytes] as const, [slim, maxBytes] as const] };
	return { comfortable: [...wholes, [slim, COMFORTABLE_SESSION_BYTES] as const], all: [[slim, maxBytes] as const] };
}

type Variant = readonly [session: Session, maxBytes: number];

/** The cookies of the first variant that fits its limit; null if none does. */
function inCookie(variants: readonly Variant[]): InCookie | null {
	for (const [session, maxBytes] of variants) {
		const chunks = chunksOf(session, maxBytes);
		if (chunks) return { tokens: 'cookie', chunks, isLarge: bytesOf(chunks) > COMFORTABLE_SESSION_BYTES, session };
	}
	return null;
}

function inStore(session: Session): InStore {
	const stored = { ...session, tokensKey: session.tokensKey ?? newTokensKey() };
	const chunks = chunksOf(withoutTokens(stored), COMFORTABLE_SESSION_BYTES);
	if (!chunks) throw new SessionTooLarge('a session is too large for a cookie even without its tokens');
	return { tokens: 'store', chunks, session: stored };
}

/** The cookies of a session; null if they need more than `maxBytes`. */
function chunksOf(session: Session, maxBytes: number): readonly CookieText[] | null {
	const chunks = splitChunks(cookieName('session'), sealed.seal(session));
	return chunks && bytesOf(chunks) <= maxBytes ? chunks : null;
}

function bytesOf(chunks: readonly CookieText[]): number {
	return chunks.reduce((sum, chunk) => sum + cookieBytes(chunk.name, chunk.value), 0);
}
