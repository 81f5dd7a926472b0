import type { Cookies } from '@sveltejs/kit';
import { Problem } from '../http/problem';
import { log } from '../log';
import { sharedStore, storeState } from '../store';
import { forgetAllOwned, forgetOwned, LIFE_SECONDS, type OwnedSession, ownedSessions } from './owned-sessions';

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
