import type { Cookies } from '@sveltejs/kit';
import * as v from 'valibot';
import { cookieAttributes, cookieName, sealOf } from '../http/cookies';
import { type WalletCookie, MAX_WALLET_SESSIONS, type WalletState } from './cookie-budget';
import { unixMs } from '../clock';
import { config } from '../config';
import { AFTER_SIGN_IN } from '../http/return-path';
import { sharedStore, storeState } from '../store';
import { Problem } from '../http/problem';
import { log } from '../log';

const PREFIX = 'wallet.';
/**
 * How many cookies are opened at most. Concurrent responses can leave a browser with more cookies than the budget allows,
 * until its next request.
 */
const MAX_OPENED = 2 * MAX_WALLET_SESSIONS;
/**
 * The lifetime of the cookie: long enough for identity verification with a review. The Auth Bridge decides how long the
 * session itself lives.
 */
export const LIFE_SECONDS = 60 * 60;

/**
 * A wallet session that this browser started. Each is sealed in a separate cookie: concurrent responses can't overwrite
 * each other's changes, as they could with one list. The id of a session alone grants no access to it.
 *
 * Times are in Unix milliseconds; those of a person's session (`session.ts`) are in seconds.
 */
export const OwnedSchema = v.object({
	id: v.string(),
	/**
	 * The URI that the QR code contains and that opens a wallet on the same device. Null if it is too long for a cookie
	 * (see `requestUriOf`), and once the code has been scanned.
	 */
	requestUri: v.nullable(v.string()),
	startedAt: v.number(),
	/** When the wallet session expires, by the portal's clock (`remainingMs` in `wallet/sessions.ts`). */
	expiresAt: v.number(),
	/**
	 * The same expiry by the Auth Bridge's clock, if it sent one. It is compared with values that the Auth Bridge sends
	 * later.
	 */
	bridgeExpiresAt: v.optional(v.number()),
	returnTo: v.string(),
	/**
	 * A session has at most one identity verification. `manual`: it has started, and the person has to confirm it on a page
	 * of the portal.
	 */
	idv: v.picklist(['none', 'started', 'manual', 'done']),
	/** The Auth Bridge has reported this session as complete, so its id may be sent to the STS. */
	completed: v.boolean(),
	/**
	 * Ids of this browser's sessions whose codes were waiting for a scan when this session was created. Any of them may be
	 * scanned first.
	 */
	beside: v.optional(v.array(v.string())),
	/** The one among these whose code was replaced on the screen by this session's code. */
	replaces: v.optional(v.string()),
	/** Whether the shared store has details of the request (`wallet/owned-sessions.ts`). */
	hasDetails: v.optional(v.literal(true))
});

export type OwnedSession = Readonly<v.InferOutput<typeof OwnedSchema>>;

const sealed = sealOf('wallet', OwnedSchema);

/**
 * In characters. Longer URIs are sealed in the shared store, because all cookies of the portal share one budget
 * (`cookie-budget.ts`).
 */
const MAX_URI_IN_COOKIE = 1000;
const sealedUri = sealOf('wallet-request', v.object({ id: v.string(), requestUri: v.string() }));
const uriKey = (id: string) => `wallet-request:${id}`;

/** This browser's wallet sessions, newest first. */
export function ownedSessions(cookies: Cookies, nowMs = unixMs()): OwnedSession[] {
	const ids = openable(cookieIds(cookies), (id) => cookies.get(cookieName(PREFIX + id)));
	const opened = ids.map((id) => ownedSession(cookies, id, nowMs));
	return opened.filter((session) => session !== null).sort((a, b) => b.startedAt - a.startedAt);
}

/** The return path of this browser's newest wallet session; null if there is no session, or if the path is the default. */
export function newestReturnPath(cookies: Cookies): string | null {
	const [newest] = ownedSessions(cookies);
	return newest && newest.returnTo !== AFTER_SIGN_IN ? newest.returnTo : null;
}

/** The wallet session with this id if this browser owns it; otherwise null. */
export function ownedSession(cookies: Cookies, id: string, nowMs = unixMs()): OwnedSession | null {
	return checked(sealed.openFor(cookies, cookies.get(cookieName(PREFIX + id)))?.value, id, nowMs);
}

/**
 * The states of the wallet sessions that a browser will have, for the cookie budget.
 * @param cookies the cookies of the request, which limits how many texts are opened
 * @param values cookie values, by name without the prefix
 */
export function walletCookies(
	cookies: Cookies,
	values: ReadonlyMap<string, string>,
	nowMs = unixMs()
): ReadonlyMap<string, WalletCookie> {
	const ids = [...values.keys()].filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
	const valueOf = (id: string) => values.get(PREFIX + id);
	const opened = new Map<string, OwnedSession | null>();
	for (const id of openable(ids, valueOf)) {
		opened.set(id, checked(sealed.openFor(cookies, valueOf(id))?.value, id, nowMs));
	}
	return new Map(
		ids.map((id) => {
			const session = opened.get(id);
			return [PREFIX + id, { state: session ? stateOf(session) : 'over', startedAt: session?.startedAt ?? 0 }];
		})
	);
}

/**
 * Stores a wallet session in a cookie: makes this browser its owner, or updates the session.
 * @param isWalletHere whether the wallet is probably on the device of this browser
 */
export async function keepOwned(cookies: Cookies, session: OwnedSession, isWalletHere = false): Promise<void> {
	const { id, requestUri } = session;
	const isScanned = session.idv !== 'none' || session.completed;
	const isLong = requestUri !== null && requestUri.length > MAX_URI_IN_COOKIE;
	if (isLong && !isScanned)
		await sharedStore().write(uriKey(id), sealedUri.seal({ id, requestUri }), LIFE_SECONDS * 1000);
	const kept = isScanned ? withoutCode(session) : isLong ? { ...session, requestUri: null } : session;
	// Once a wallet has responded, the session signs its owner in, also if the next person at a shared computer opens the
	// page. So its cookie must not outlive the browser if the session cookie does not. But a phone may close the browser
	// while its wallet is open, and the session must still exist then.
	const outlivesBrowser = config().sessionCookiePersistent || (isWalletHere && !session.completed);
	const lifetime = outlivesBrowser ? { maxAge: LIFE_SECONDS } : {};
	cookies.set(cookieName(PREFIX + id), sealed.seal(kept), { ...cookieAttributes(), ...lifetime });
}

/** The code is not scanned again. A session in identity verification is never evicted, so its cookie has to be small. */
function withoutCode(owned: OwnedSession): OwnedSession {
	const { beside: _beside, bridgeExpiresAt: _expiresAt, hasDetails: _hasDetails, ...session } = owned;
	return { ...session, requestUri: null };
}

/**
 * Whether identity verification is in progress: the person is at the institution, or has to confirm something on a page of
 * the portal.
 */
export function isVerifying({ completed, idv }: OwnedSession): boolean {
	return !completed && (idv === 'started' || idv === 'manual');
}

/** The URI that opens a wallet; null if it was too long for a cookie and the store has lost it. */
export async function requestUriOf({ id, requestUri }: OwnedSession): Promise<string | null> {
	if (requestUri !== null) return requestUri;
	const entry = await sharedStore().read(uriKey(id));
	const kept = entry && sealedUri.open(entry.text)?.value;
	return kept?.id === id ? kept.requestUri : null;
}

/** Deletes all wallet cookies of this browser. */
function forgetAllOwned(cookies: Cookies): void {
	for (const id of cookieIds(cookies)) forgetOwned(cookies, id);
}

function forgetOwned(cookies: Cookies, id: string): void {
	cookies.delete(cookieName(PREFIX + id), cookieAttributes());
}

/** The ids in the names of this browser's wallet cookies. The values are not checked. */
function cookieIds(cookies: Cookies): string[] {
	const prefix = cookieName(PREFIX);
	return cookies
		.getAll()
		.filter(({ name }) => name.startsWith(prefix))
		.map(({ name }) => name.slice(prefix.length));
}

/**
 * The ids whose cookies are worth opening: at most the newest ones, which browsers send last (RFC 6265 5.4). Texts that
 * were not sealed with one of the portal's keys do not count.
 */
function openable(ids: readonly string[], valueOf: (id: string) => string | undefined): readonly string[] {
	return ids.filter((id) => sealed.recognizes(valueOf(id) ?? '')).slice(-MAX_OPENED);
}

function checked(session: OwnedSession | undefined, id: string, nowMs: number): OwnedSession | null {
	return session?.id === id && session.startedAt + LIFE_SECONDS * 1000 > nowMs ? session : null;
}

function stateOf(session: OwnedSession): WalletState {
	if (isVerifying(session)) return 'verifying';
	return session.completed || session.idv === 'done' ? 'completed' : 'unscanned';
}

/** Longer than any cookie of the session is accepted, even if the clocks of instances differ. */
export const REMEMBERED_MS = (LIFE_SECONDS + 300) * 1000;
const keyOf = (id: string) => `wallet-used:${id}`;

/**
 * Marks a wallet session as used up after a sign-in, a sign-out or a cancellation. This is permanent and applies to all
 * copies of its cookie. While the shared store is unavailable, other instances learn of it late.
 * @returns false if it was already used up
 */
export async function markUsed(id: string): Promise<boolean> {
	const isFirst = await sharedStore().replace(keyOf(id), null, crypto.randomUUID(), REMEMBERED_MS);
	if ((await storeState()) === 'down')
		log.warn('a wallet session could not be marked as used in the shared store: other instances may accept it');
	return isFirst;
}

export async function isUsedUp(id: string): Promise<boolean> {
	return (await sharedStore().read(keyOf(id))) !== null;
}

/** @throws {Problem} `not_found` for a wallet session that is used up */
export async function requireUnused(id: string): Promise<void> {
	if (await isUsedUp(id)) throw new Problem('not_found');
}

/**
 * The newest completed wallet session of this browser that can start a sign-in.
 * @param id accept only the session with this id
 */
export async function completedSession(cookies: Cookies, id?: string): Promise<OwnedSession | undefined> {
	for (const session of ownedSessions(cookies)) {
		if (id !== undefined && session.id !== id) continue;
		if (session.completed && !(await isUsedUp(session.id))) return session;
	}
	return undefined;
}

/**
 * Uses up wallet sessions of this browser after a sign-in, and deletes their cookies: those that are completed, and those from
 * before the sign-in, which may be another person's.
 * @param beganMs when the sign-in began; null if its person was signed in already
 */
export async function markUsedAfterSignIn(cookies: Cookies, beganMs: number | null): Promise<readonly OwnedSession[]> {
	const isOver = ({ completed, startedAt }: OwnedSession) => completed || (beganMs !== null && startedAt < beganMs);
	const over = ownedSessions(cookies).filter(isOver);
	await Promise.all(over.map(({ id }) => markUsed(id)));
	for (const { id } of over) forgetOwned(cookies, id);
	return over;
}

/** Uses up all wallet sessions of this browser and deletes their cookies, so that they can't sign anybody in again. */
export async function markAllUsed(cookies: Cookies): Promise<void> {
	const sessions = ownedSessions(cookies);
	forgetAllOwned(cookies);
	await Promise.all(sessions.map(({ id }) => markUsed(id)));
}
