/**
 * The wallet sessions that this browser started, each sealed in a cookie of its own: two answers that cross
 * can't overwrite each other's, as they would in one list. Whoever only knows a session's id owns nothing.
 */
import type { Cookies } from '@sveltejs/kit';
import * as v from 'valibot';
import { cookieAttributes, cookieName } from '../auth/cookie';
import { sealOf } from '../auth/seals';

/** A code that is being renewed, a second tab: more at once in one browser than this, and the oldest goes. */
const MOST_SESSIONS = 4;
/** Long enough for identity verification with a review; the Auth Bridge decides how long the session itself lives. */
export const LIFE_SECONDS = 60 * 60;

export const OwnedSchema = v.object({
	id: v.string(),
	/** Opens a wallet on this device; what the QR code says. */
	requestUri: v.string(),
	/** Unix milliseconds. */
	startedAt: v.number(),
	expiresAt: v.number(),
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

/** This browser's wallet sessions, newest first. */
export async function ownedSessions(cookies: Cookies, nowMs = Date.now()): Promise<OwnedSession[]> {
	const prefix = cookieName('wallet.');
	const ids = cookies
		.getAll()
		.filter(({ name }) => name.startsWith(prefix))
		.map(({ name }) => name.slice(prefix.length));
	const opened = await Promise.all(ids.map((id) => ownedSession(cookies, id, nowMs)));
	return opened.filter((session) => session !== null).sort((a, b) => b.startedAt - a.startedAt);
}

/** The one with this id, if this browser owns it. */
export async function ownedSession(cookies: Cookies, id: string, nowMs = Date.now()): Promise<OwnedSession | null> {
	const session = (await sealed.open(cookies.get(cookieName(`wallet.${id}`)) ?? ''))?.value;
	return session?.id === id && session.startedAt + LIFE_SECONDS * 1000 > nowMs ? session : null;
}

/** Makes this browser the session's owner, or records what has changed about it. */
export async function keepOwned(cookies: Cookies, session: OwnedSession): Promise<void> {
	const others = (await ownedSessions(cookies)).filter(({ id }) => id !== session.id);
	for (const surplus of others.slice(MOST_SESSIONS - 1)) forgetOwned(cookies, surplus.id);
	cookies.set(cookieName(`wallet.${session.id}`), await sealed.seal(session), {
		...cookieAttributes(),
		maxAge: LIFE_SECONDS
	});
}

/** The sessions that a sign-in has used up, now forgotten: whoever signs out may not be signed in by them again. */
export async function takeCompleted(cookies: Cookies): Promise<readonly OwnedSession[]> {
	const used = (await ownedSessions(cookies)).filter(({ completed }) => completed);
	for (const { id } of used) forgetOwned(cookies, id);
	return used;
}

/** Forgets all of this browser's wallet sessions. */
export async function forgetAllOwned(cookies: Cookies): Promise<void> {
	for (const { id } of await ownedSessions(cookies)) forgetOwned(cookies, id);
}

function forgetOwned(cookies: Cookies, id: string): void {
	cookies.delete(cookieName(`wallet.${id}`), cookieAttributes());
}
