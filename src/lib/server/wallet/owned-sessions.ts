/**
 * The wallet sessions that this browser started, each sealed in a cookie of its own: two answers that cross
 * can't overwrite each other's, as they would in one list. Whoever only knows a session's id owns nothing.
 */
import type { Cookies } from '@sveltejs/kit';
import * as v from 'valibot';
import { cookieAttributes, cookieName } from '../auth/cookie';
import { sealFor } from '../auth/seals';

/** A code that is being renewed, a second tab: more at once in one browser than this, and the oldest goes. */
const MOST_SESSIONS = 4;
/** Long enough for identity verification with a review; the Auth Bridge decides how long the session itself lives. */
export const LIFE_SECONDS = 60 * 60;
const PURPOSE = 'wallet';

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

/** This browser's wallet sessions, newest first. */
export async function ownedSessions(cookies: Cookies, nowMs = Date.now()): Promise<OwnedSession[]> {
	const prefix = cookieName('wallet.');
	const opened = await Promise.all(
		cookies
			.getAll()
			.filter(({ name }) => name.startsWith(prefix))
			.map(async ({ name, value }) => {
				const parsed = v.safeParse(OwnedSchema, (await sealFor(PURPOSE).open(value))?.value);
				return parsed.success && name === prefix + parsed.output.id ? parsed.output : null;
			})
	);
	return opened
		.filter((session) => session !== null)
		.filter((session) => session.startedAt + LIFE_SECONDS * 1000 > nowMs)
		.sort((a, b) => b.startedAt - a.startedAt);
}

/** Makes this browser the session's owner, or records what has changed about it. */
export async function keepOwned(cookies: Cookies, session: OwnedSession): Promise<void> {
	const others = (await ownedSessions(cookies)).filter(({ id }) => id !== session.id);
	for (const surplus of others.slice(MOST_SESSIONS - 1)) forgetOwned(cookies, surplus.id);
	cookies.set(cookieName(`wallet.${session.id}`), await sealFor(PURPOSE).seal(session), {
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
