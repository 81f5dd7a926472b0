import type { RequestEvent } from '@sveltejs/kit';
import { readLoginTransaction } from '../auth/login-cookies';
import { isWalletSessionId } from '$lib/wallet/wallet-session-id';
import { hasAccessToken } from '../http/request';
import { Problem } from '../http/problem';
import { keepForCaller, sessionOfCaller } from './caller-sessions';
import { keepOwned, ownedSession, type OwnedSession, ownedSessions } from './owned-sessions';

/**
 * Who may open wallet sessions: a program with an access token, somebody signed in, or a browser that has loaded our
 * login page. Answers the id that its rate limit counts by; null for anybody else.
 */
async function walletCaller(event: RequestEvent): Promise<string | null> {
	const { locals, cookies } = event;
	if (hasAccessToken(event)) return locals.caller?.clientId ?? null;
	if (locals.session) return locals.session.id;
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
 * The wallet session of an address, if this browser or this caller started it.
 * @throws {Problem} `unauthorized` for a stranger; `not_found` for a session that is somebody else's or nobody's, and for what
 * is no id at all
 */
export async function requireOwned(event: RequestEvent, id: string): Promise<OwnedSession> {
	const owned = await findOwned(event, id);
	if (owned) return owned;
	const isBrowserOfOthers = !hasAccessToken(event) && (await ownedSessions(event.cookies)).length > 0;
	const known = isBrowserOfOthers || (await walletCaller(event)) !== null;
	throw new Problem(known ? 'not_found' : 'unauthorized');
}

/**
 * The same, or null. Who comes with a token owns by that alone, whatever cookies came along.
 * @throws {Problem} `not_found` for what is no id at all
 */
export async function findOwned(event: RequestEvent, id: string): Promise<OwnedSession | null> {
	if (!isWalletSessionId(id)) throw new Problem('not_found');
	const { locals, cookies } = event;
	if (hasAccessToken(event)) return locals.caller ? sessionOfCaller(locals.caller, id) : null;
	return ownedSession(cookies, id);
}

/** Makes this browser or this caller the session's owner, or records what has changed about it. */
export function keepSession({ locals, cookies }: RequestEvent, session: OwnedSession): Promise<void> {
	return locals.caller ? keepForCaller(locals.caller, session) : keepOwned(cookies, session);
}
