import type { RequestEvent } from '@sveltejs/kit';
import { readLoginTransaction } from '../auth/login-transaction';
import { hasAccessToken } from '../http/caller';
import { Problem } from '../http/problem';
import { type OwnedSession, ownedSessions } from './owned-sessions';

/**
 * Who may open wallet sessions: somebody signed in, or a browser that has loaded our login page. Answers the id that
 * its rate limit counts by; null for anybody else.
 */
async function walletCaller({ locals, cookies, request }: RequestEvent): Promise<string | null> {
	if (locals.session) return locals.session.id;
	if (hasAccessToken(request)) return null;
	return (await readLoginTransaction(cookies))?.id ?? null;
}

/**
 * Who opens a wallet session, as the id that its rate limit counts by.
 * @throws {Problem} `unauthorized`
 */
export async function requireWalletCaller(event: RequestEvent): Promise<string> {
	const caller = await walletCaller(event);
	if (caller === null) throw new Problem('unauthorized');
	return caller;
}

/**
 * The wallet session of an address, if this browser started it.
 * @throws {Problem} `unauthorized` for a stranger; `not_found` for a session that is somebody else's, or nobody's
 */
export async function requireOwned(event: RequestEvent, id: string): Promise<OwnedSession> {
	const sessions = hasAccessToken(event.request) ? [] : await ownedSessions(event.cookies);
	const owned = sessions.find((session) => session.id === id);
	if (owned) return owned;
	const known = sessions.length > 0 || (await walletCaller(event)) !== null;
	throw new Problem(known ? 'not_found' : 'unauthorized');
}
