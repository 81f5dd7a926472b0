import type { Cookies } from '@sveltejs/kit';
import * as v from 'valibot';
import { cookieAttributes, cookieName } from '../http/cookies';
import { type HeldWallet, MAX_WALLET_SESSIONS, type WalletState } from './cookie-budget';
import { sealOf } from '../http/sealed-cookie';
import { unixMs } from '../clock';
import { config } from '../config';
import { AFTER_SIGN_IN } from '../http/return-path';
import { sharedStore, storeState } from '../store';
import { Problem } from '../http/problem';
import { log } from '../log';

/**
 * The wallet sessions that this browser started, each sealed in a cookie of its own: two answers that cross
 * can't overwrite each other's, as they would in one list. Knowing only the id of a session gives no access to it.
 */

const PREFIX = 'wallet.';
/** Responses that cross leave a browser with more cookies than the budget allows, until its next request. */
const MAX_OPENED = 2 * MAX_WALLET_SESSIONS;
/** Long enough for identity verification with a review; the Auth Bridge decides how long the session itself lives. */
export const LIFE_SECONDS = 60 * 60;

export const OwnedSchema = v.object({
	id: v.string(),
	/** Opens a wallet on this device; what the QR code says. Null where it is too long for a cookie (`requestUriOf`). */
	requestUri: v.nullable(v.string()),
	/** Unix milliseconds. */
	startedAt: v.number(),
	expiresAt: v.number(),
	/** The same end by the Auth Bridge's clock, where it gave one; compared with what it says later. */
	bridgeExpiresAt: v.optional(v.number()),
	returnTo: v.string(),
	/** At most one round of identity verification for one session; `manual`: begun, to be confirmed on our own page. */
	idv: v.picklist(['none', 'started', 'manual', 'done']),
	/** The Auth Bridge has said that this session is complete: the STS may be told of it. */
	completed: v.boolean(),
	/** Sessions of this browser whose codes waited for a scan when this one was made: any of them may be scanned first. */
	beside: v.optional(v.array(v.string())),
	/** The one among these whose place on the screen this code has taken. */
	replaces: v.optional(v.string())
});

export type OwnedSession = Readonly<v.InferOutput<typeof OwnedSchema>>;

const sealed = sealOf('wallet', OwnedSchema);

/** Longer addresses are sealed in the shared store: all cookies of the portal have one budget (`auth/cookie-budget.ts`). */
const MAX_URI_IN_COOKIE = 1000;
const sealedUri = sealOf('wallet-request', v.object({ id: v.string(), requestUri: v.string() }));
const uriKey = (id: string) => `wallet-request:${id}`;

/** This browser's wallet sessions, newest first. */
export async function ownedSessions(cookies: Cookies, nowMs = unixMs()): Promise<OwnedSession[]> {
	const ids = await worthOpening(cookieIds(cookies), (id) => cookies.get(cookieName(PREFIX + id)));
	const opened = await Promise.all(ids.map((id) => ownedSession(cookies, id, nowMs)));
	return opened.filter((session) => session !== null).sort((a, b) => b.startedAt - a.startedAt);
}

/** The return path of this browser's newest wallet session; null where it has none, or only the usual one. */
export async function newestReturnPath(cookies: Cookies): Promise<string | null> {
	const [newest] = await ownedSessions(cookies);
	return newest && newest.returnTo !== AFTER_SIGN_IN ? newest.returnTo : null;
}

/** The one with this id, if this browser owns it. */
export async function ownedSession(cookies: Cookies, id: string, nowMs = unixMs()): Promise<OwnedSession | null> {
	return checked((await sealed.openFor(cookies, cookies.get(cookieName(PREFIX + id))))?.value, id, nowMs);
}

/**
 * What the cookie budget has to know of the wallet sessions that a browser will hold.
 * @param cookies the request's, which bound how many are opened
 * @param held values by what follows the prefix in the cookies' names
 */
export async function heldWallets(
	cookies: Cookies,
	held: ReadonlyMap<string, string>,
	nowMs = unixMs()
): Promise<ReadonlyMap<string, HeldWallet>> {
	const ids = [...held.keys()].filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
	const valueOf = (id: string) => held.get(PREFIX + id);
	const opened = new Map<string, OwnedSession | null>();
	for (const id of await worthOpening(ids, valueOf)) {
		opened.set(id, checked((await sealed.openFor(cookies, valueOf(id)))?.value, id, nowMs));
	}
	return new Map(
		ids.map((id) => {
			const session = opened.get(id);
			return [PREFIX + id, { state: session ? stateOf(session) : 'over', startedAt: session?.startedAt ?? 0 }];
		})
	);
}

/** Makes this browser the session's owner, or records what has changed about it. */
export async function keepOwned(cookies: Cookies, session: OwnedSession): Promise<void> {
	const { id, requestUri } = session;
	const isScanned = session.idv !== 'none' || session.completed;
	const isLong = requestUri !== null && requestUri.length > MAX_URI_IN_COOKIE;
	if (isLong && !isScanned)
		await sharedStore().write(uriKey(id), await sealedUri.seal({ id, requestUri }), LIFE_SECONDS * 1000);
	const kept = isScanned ? withoutCode(session) : isLong ? { ...session, requestUri: null } : session;
	// A completed one signs somebody in, so it does not outlive the browser where the session's own cookie doesn't. The others
	// sign nobody in, and have to be there when a phone has ended its browser while the wallet was open.
	const isBrief = session.completed && !config().sessionCookiePersistent;
	const lifetime = isBrief ? {} : { maxAge: LIFE_SECONDS };
	cookies.set(cookieName(PREFIX + id), await sealed.seal(kept), { ...cookieAttributes(), ...lifetime });
}

/** Nobody scans the code again, and a session in identity verification is never evicted: its cookie has to be small. */
function withoutCode({ beside: _beside, bridgeExpiresAt: _expiresAt, ...session }: OwnedSession): OwnedSession {
	return { ...session, requestUri: null };
}

/** A session whose person is at the institution, or confirms something on a page of ours. */
export function isVerifying({ completed, idv }: OwnedSession): boolean {
	return !completed && (idv === 'started' || idv === 'manual');
}

/** The address that opens a wallet; null when it was too long for a cookie, and the store has lost it. */
export async function requestUriOf({ id, requestUri }: OwnedSession): Promise<string | null> {
	if (requestUri !== null) return requestUri;
	const entry = await sharedStore().read(uriKey(id));
	const kept = entry && (await sealedUri.open(entry.text))?.value;
	return kept?.id === id ? kept.requestUri : null;
}

/** Forgets all of this browser's wallet cookies. */
function forgetAllOwned(cookies: Cookies): void {
	for (const id of cookieIds(cookies)) forgetOwned(cookies, id);
}

function forgetOwned(cookies: Cookies, id: string): void {
	cookies.delete(cookieName(PREFIX + id), cookieAttributes());
}

/** The ids of this browser's wallet cookies, whatever they hold. */
function cookieIds(cookies: Cookies): string[] {
	const prefix = cookieName(PREFIX);
	return cookies
		.getAll()
		.filter(({ name }) => name.startsWith(prefix))
		.map(({ name }) => name.slice(prefix.length));
}

/**
 * Those of the ids whose cookies are worth opening, the newest at most: browsers send the oldest first (RFC 6265 5.4). What no key
 * of ours has sealed does not count.
 */
async function worthOpening(
	ids: readonly string[],
	valueOf: (id: string) => string | undefined
): Promise<readonly string[]> {
	const known = await Promise.all(ids.map((id) => sealed.recognises(valueOf(id) ?? '')));
	return ids.filter((_, index) => known[index]).slice(-MAX_OPENED);
}

function checked(session: OwnedSession | undefined, id: string, nowMs: number): OwnedSession | null {
	return session?.id === id && session.startedAt + LIFE_SECONDS * 1000 > nowMs ? session : null;
}

function stateOf(session: OwnedSession): WalletState {
	if (isVerifying(session)) return 'verifying';
	return session.completed || session.idv === 'done' ? 'completed' : 'unscanned';
}

/** Longer than any cookie of the session is accepted, wherever the clocks of instances stand. */
const REMEMBERED_MS = (LIFE_SECONDS + 300) * 1000;
const keyOf = (id: string) => `wallet-used:${id}`;

/**
 * Uses a wallet session up: a sign-in, a sign-out or a cancel ends it for good, whatever copies of its cookie there are.
 * While the shared store is unavailable other instances learn of it late.
 * @returns false when it was used up before
 */
export async function useUp(id: string): Promise<boolean> {
	const isFirst = await sharedStore().replace(keyOf(id), null, crypto.randomUUID(), REMEMBERED_MS);
	if ((await storeState()) === 'down') log.warn('that a wallet session is used up is known to this instance only');
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
 * This browser's completed wallet session that a sign-in can be started with.
 * @param id accept this one only
 */
export async function completedSession(cookies: Cookies, id?: string): Promise<OwnedSession | undefined> {
	for (const session of await ownedSessions(cookies)) {
		if (id !== undefined && session.id !== id) continue;
		if (session.completed && !(await isUsedUp(session.id))) return session;
	}
	return undefined;
}

/** Uses up and forgets what a sign-in leaves behind: this browser's completed wallet sessions. */
export async function useUpCompleted(cookies: Cookies): Promise<readonly OwnedSession[]> {
	const completed = (await ownedSessions(cookies)).filter((session) => session.completed);
	await Promise.all(completed.map(({ id }) => useUp(id)));
	for (const { id } of completed) forgetOwned(cookies, id);
	return completed;
}

/** Uses up and forgets all of this browser's wallet sessions: nobody is signed in by them again. */
export async function useUpAll(cookies: Cookies): Promise<void> {
	const sessions = await ownedSessions(cookies);
	forgetAllOwned(cookies);
	await Promise.all(sessions.map(({ id }) => useUp(id)));
}
