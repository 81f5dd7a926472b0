import type { RequestEvent } from '@sveltejs/kit';
import { readLoginTransaction } from '../auth/login-cookies';
import { isWalletSessionId } from '$lib/wallet/wallet-session-id';
import { hasAccessToken } from '../http/request';
import { Problem } from '../http/problem';
import {
	keepOwned,
	LIFE_SECONDS,
	OwnedSchema,
	ownedSession,
	type OwnedSession,
	ownedSessions
} from '../auth/owned-sessions';
import * as v from 'valibot';
import type { BearerCaller } from '../auth/bearer';
import { sealOf } from '../http/sealed-cookie';
import { unixMs } from '../clock';
import { sharedStore } from '../store';
import { bridge, credentialFor } from './bridge';

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

/**
 * The wallet sessions of third parties. They carry no cookie, so that whose a session is lies in the store that all
 * instances share: sealed, under the caller's own name. Another caller's request does not even find it.
 */

const sealed = sealOf('caller-wallet', v.object({ clientId: v.string(), session: OwnedSchema }));

/** A wallet session of this caller; null for anybody else's, and for one that is over. */
async function sessionOfCaller({ clientId }: BearerCaller, id: string): Promise<OwnedSession | null> {
	const entry = await sharedStore().read(keyOf(clientId, id));
	const kept = entry && (await sealed.open(entry.text))?.value;
	if (!kept) return null;
	// The place vouches for nothing: whoever can write to the store could have moved it there.
	const isIts = kept.clientId === clientId && kept.session.id === id;
	return isIts ? kept.session : null;
}

/** Makes the caller the session's owner, or records what has changed about it. */
export async function keepForCaller({ clientId }: BearerCaller, session: OwnedSession): Promise<void> {
	const lifeMs = session.startedAt + LIFE_SECONDS * 1000 - unixMs();
	const text = await sealed.seal({ clientId, session });
	if (lifeMs > 0) await sharedStore().write(keyOf(clientId, session.id), text, lifeMs);
}

function keyOf(clientId: string, id: string): string {
	return `wallet:${id}:${clientId}`;
}

const waiting: ReadonlySet<string> = new Set(['CREATED', 'PENDING']);

/** `waiting`: nobody has scanned it. `scanned`: somebody has, however it went on. `over`: it ended unscanned, or can't be read. */
type Scan = 'waiting' | 'scanned' | 'over';

/** Whether a session's code has been scanned; never rejects. */
export async function scanOf({ locals }: Pick<RequestEvent, 'locals'>, { id }: OwnedSession): Promise<Scan> {
	try {
		const { status } = await bridge().readStatus(id, credentialFor(locals));
		if (waiting.has(status)) return 'waiting';
		return status === 'EXPIRED' ? 'over' : 'scanned';
	} catch {
		return 'over';
	}
}

/** This browser's sessions whose codes nobody has scanned yet. */
export async function unscanned(event: RequestEvent): Promise<OwnedSession[]> {
	const sessions = (await ownedSessions(event.cookies)).filter(({ completed }) => !completed);
	const scans = await Promise.all(sessions.map((session) => scanOf(event, session)));
	return sessions.filter((_, index) => scans[index] === 'waiting');
}

/**
 * The wallet session that this browser follows: the newest, or one whose code was on a screen beside it, when a wallet
 * has scanned that one first.
 */
export async function currentSession(event: RequestEvent): Promise<OwnedSession | undefined> {
	const [newest, ...others] = await ownedSessions(event.cookies);
	const beside = others.filter(({ id }) => newest?.beside?.includes(id)).reverse();
	if (!newest || beside.length === 0 || (await scanOf(event, newest)) === 'scanned') return newest;
	const scans = await Promise.all(beside.map((session) => scanOf(event, session)));
	return beside.find((_, index) => scans[index] === 'scanned') ?? newest;
}
