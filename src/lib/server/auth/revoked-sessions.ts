import { createSharedReads } from '../cache';
import { CLOCK_TOLERANCE_SECONDS, everyInterval, FRESH_CLOCK_TOLERANCE_SECONDS, unixMs } from '../clock';
import { sha256 } from '../seal';
import { sharedStore } from '../store';
import { isCovered, NO_REVOCATION, readRevocation, type Revocation, unionOf, writeRevocation } from '../store/kinds';
import { MAX_SESSION_SECONDS, SESSION_SECONDS, type Session } from './session';

/** How long a result is cached before the store is read again. A sign-out takes effect on all instances within a second. */
const CACHED_STATE_MS = 500;
/** About 7,000 sessions. */
export const MAX_CHECK_BYTES = 4 * 1024 ** 2;
/** No session lives longer, whatever instances are configured to. */
const LIFE_MS = MAX_SESSION_SECONDS * 1000;
/** Minimum time that one ended session is recorded. */
const MIN_LIFE_MS = SESSION_SECONDS * 1000;
/**
 * How far in the future a stored time may be. The time is by the clock of the STS or of an instance. It was accepted by one
 * instance, and may be read by another whose clock is behind.
 */
const MAX_AHEAD_MS = 2 * FRESH_CLOCK_TOLERANCE_SECONDS * 1000;
/** How far the clock of another instance, which started a session, may be ahead of the one that revokes it. */
const INSTANCE_CLOCK_TOLERANCE_MS = CLOCK_TOLERANCE_SECONDS * 1000;
/** How far in the future the portal itself revokes sessions. */
const MAX_OWN_AHEAD_MS = FRESH_CLOCK_TOLERANCE_SECONDS * 1000;
/** How often a revocation is tried while other instances change the same entry. */
const MAX_TRIES = 8;
/** Separate from other kinds of keys, so that no number of revocations evicts it. */
const ALL_KEY = 'deny-all:sessions';

const newReads = <Value>(maxBytes: number) =>
	createSharedReads<Value>({ maxAgeMs: CACHED_STATE_MS, maxBytes, bytesOf: () => 8 });
let checks = newReads<boolean>(MAX_CHECK_BYTES);
/** All requests of this process share one read of what `revokeAll` has written. */
const revocationsOfAll = newReads<Revocation>(1024);
let keptRevocationOfAll = '';

/** What identifies a session and its start, for revocations. */
type Revocable = Pick<Session, 'id' | 'userId' | 'sub' | 'sid' | 'issuedAt' | 'startedAt' | 'endsAt'>;

/** What is stored if the same browser has signed in again. Copies of the store unite texts as times, so this is a number. */
const REPLACED = '2';

/** Revokes one session permanently on all instances, even if a cookie still contains it. */
export async function revokeSession({ id, endsAt }: Pick<Revocable, 'id' | 'endsAt'>, text = '1'): Promise<void> {
	await sharedStore().write(idKey(id), text, Math.max(MIN_LIFE_MS, endsAt * 1000 - unixMs()));
	checks.forget(id);
	for (const callBack of [...(watched.get(id) ?? [])]) callBack();
}

/** How often an open stream checks whether its session goes on. */
const STREAM_CHECK_MS = 60_000;
/** By the id of the session. */
const watched = new Map<string, Set<() => void>>();

/**
 * Calls back when a session ends while a response streams: immediately if this process revokes it by its id, otherwise within a minute. It
 * may call back again until the watch ends.
 * @returns ends the watch
 */
export function onSessionEnd(session: Revocable, callBack: () => void): () => void {
	const { id, endsAt } = session;
	const callBacks = watched.get(id) ?? new Set();
	watched.set(id, callBacks.add(callBack));
	const hasEnded = async () => endsAt * 1000 <= unixMs() || (await isRevoked(session).catch(() => false));
	const stop = everyInterval(STREAM_CHECK_MS, () => void hasEnded().then((isOver) => isOver && callBack()));
	return () => {
		stop();
		if (callBacks.delete(callBack) && callBacks.size === 0) watched.delete(id);
	};
}

/**
 * Revokes the sessions that the STS has ended (OpenID Connect Back-Channel Logout 2.4): all with this `sid`, and those of this `sub`
 * that have none; without a `sid`, all of this `sub`. Of a `sub`, not those that began after the logout token was issued.
 * @param issuedMs Unix milliseconds by the STS's clock, like the start of sessions (`issuedAt`)
 */
export async function revokeAtSts(
	{ sid, sub }: { readonly sid?: string | undefined; readonly sub?: string | undefined },
	issuedMs: number
): Promise<void> {
	if (sid !== undefined) await revoke(`deny:sid:${sid}`, { untilMs: Math.max(unixMs(), issuedMs) });
	if (sub !== undefined) await revoke(`deny:${sid === undefined ? 'sub' : 'no-sid'}:${sub}`, { untilMs: issuedMs });
}

/**
 * Revokes all current sessions of a person, on all instances, within a second. Later sign-ins work
 * (`sessionStart`).
 * @param userId `userId` of the sessions
 * @param except id of a session that goes on, unless another revocation ends it
 */
export async function revokeUser(userId: string, { except }: { readonly except?: string } = {}): Promise<void> {
	const key = userKey(userId);
	await record(beginKey(key), { untilMs: unixMs() });
	await revoke(key, {
		untilMs: await untilNow([key, ALL_KEY], INSTANCE_CLOCK_TOLERANCE_MS),
		...(except !== undefined && { exempt: { id: except, endedUntilMs: 0 } })
	});
}

/**
 * Revokes the current sessions of all people, on all instances, within a second. Each instance that has read the
 * time keeps a copy, and writes it again if the store loses its data.
 */
export async function revokeAll(): Promise<void> {
	await record(beginKey(ALL_KEY), { untilMs: unixMs() });
	// A second more, for people whose own sessions were revoked just before.
	await revoke(ALL_KEY, { untilMs: await untilNow([ALL_KEY], INSTANCE_CLOCK_TOLERANCE_MS + 1000) });
}

/**
 * Until when a revocation covers sessions, so that it covers all that have begun: also at an instance whose clock is ahead, and
 * right after another revocation (`sessionStart`).
 */
async function untilNow(keys: readonly string[], toleranceMs: number): Promise<number> {
	const nowMs = unixMs();
	const untilMs = Math.max(nowMs + toleranceMs, (await nextStart(keys)) * 1000);
	return Math.min(untilMs, nowMs + MAX_OWN_AHEAD_MS);
}

/** What is already recorded stays revoked. */
async function revoke(key: string, added: Revocation): Promise<void> {
	await record(key, added);
	checks = newReads<boolean>(MAX_CHECK_BYTES);
	revocationsOfAll.forget(ALL_KEY);
}

async function record(key: string, added: Revocation): Promise<void> {
	for (let tries = 1; ; tries++) {
		const entry = await sharedStore().read(key);
		const recorded = (entry && readValid(entry.text, unixMs())) ?? NO_REVOCATION;
		const text = writeRevocation(unionOf(recorded, added));
		if (await sharedStore().replace(key, entry, text, LIFE_MS)) return;
		// A store that only allows reads can contain an entry that this instance's copy never matches.
		if (tries === MAX_TRIES) return sharedStore().write(key, text, LIFE_MS);
	}
}

/**
 * The start of a session that begins now, in Unix seconds by this instance's clock. `revokeUser` and `revokeAll` also cover
 * starts that are slightly in the future, because clocks of instances differ. A session that begins after such a revocation
 * starts after the revoked time, so that it is not revoked too.
 */
export async function sessionStart(userId: string, nowSeconds: number): Promise<number> {
	return Math.max(nowSeconds, await nextStart([userKey(userId), ALL_KEY]));
}

/** The first second after all revocations at these keys. */
async function nextStart(keys: readonly string[]): Promise<number> {
	const found = await Promise.all(keys.map(revocationAt));
	return Math.max(...found.map(({ untilMs }) => Math.floor(untilMs / 1000) + 1));
}

/**
 * Whether all sessions of a person were ended after this time, so that a sign-in that began at it must not end in a session: it
 * may be one that was held back.
 * @param begunMs Unix milliseconds, by the clock of an instance
 */
export async function isRevokedSince(userId: string, begunMs: number): Promise<boolean> {
	const found = await Promise.all([beginKey(userKey(userId)), beginKey(ALL_KEY)].map(revocationAt));
	return found.some(({ untilMs }) => begunMs <= untilMs);
}

/**
 * Whether a session has been revoked, by the portal, by an operator or by the STS, as known at most half a second ago. Reads
 * four keys of the store per session in half a second, and one key per process.
 */
export async function isRevoked(session: Revocable): Promise<boolean> {
	const [isEnded, revocationOfAll] = await Promise.all([
		checks.read(session.id, () => isEndedNow(session)),
		revocationsOfAll.read(ALL_KEY, readRevocationOfAll)
	]);
	return isEnded || isCovered(revocationOfAll, session.id, startMs(session));
}

/** The same by the current content of the store, for rare checks that must not use a cached result. */
export async function isRevokedNow(session: Revocable): Promise<boolean> {
	const [isEnded, revocationOfAll] = await Promise.all([isEndedNow(session), readRevocationOfAll()]);
	return isEnded || isCovered(revocationOfAll, session.id, startMs(session));
}

/** Revokes the session that a browser had when it signed in again: it gets the cookie of the new one. */
export const replaceSession = (session: Revocable) => revokeSession(session, REPLACED);

/** Whether a revoked session ended because the same browser has signed in again. */
export const isReplaced = async ({ id }: Revocable) => (await sharedStore().read(idKey(id)))?.text === REPLACED;

/** Whether this session, or those of its person, were revoked. */
async function isEndedNow(session: Revocable): Promise<boolean> {
	const { id, sid, sub, userId, issuedAt } = session;
	const startAtStsMs = issuedAt === undefined ? startMs(session) : issuedAt * 1000;
	const keys = [`deny:sub:${sub}`, sid === undefined ? `deny:no-sid:${sub}` : `deny:sid:${sid}`];
	const [isEnded, byUser, ...bySts] = await Promise.all([
		sharedStore()
			.read(idKey(id))
			.then((entry) => entry !== null),
		revocationAt(userKey(userId)),
		...keys.map(revocationAt)
	]);
	return (
		isEnded ||
		isCovered(byUser, id, startMs(session)) ||
		bySts.some((revocation) => isCovered(revocation, id, startAtStsMs))
	);
}

/** When a session began, in Unix milliseconds by the portal's clock. Sessions of earlier versions live for 24 hours. */
export function startMs({ startedAt, endsAt }: Pick<Revocable, 'startedAt' | 'endsAt'>): number {
	return (startedAt ?? endsAt - SESSION_SECONDS) * 1000;
}

/** What `revokeAll` has written. Writes it once from this process, so that the store keeps a copy here. */
async function readRevocationOfAll(): Promise<Revocation> {
	const entry = await sharedStore().read(ALL_KEY);
	if (entry === null) return NO_REVOCATION;
	const revocationOfAll = readValid(entry.text, unixMs());
	if (revocationOfAll === null) return revocationAt(ALL_KEY);
	if (entry.text !== keptRevocationOfAll && (await sharedStore().replace(ALL_KEY, entry, entry.text, LIFE_MS)))
		keptRevocationOfAll = entry.text;
	return revocationOfAll;
}

/**
 * What is stored at a key, by the clock of the instance or STS that revoked the sessions. An invalid value revokes all sessions that exist now.
 * The current time replaces it, so that later sign-ins work.
 */
export async function revocationAt(key: string): Promise<Revocation> {
	const entry = await sharedStore().read(key);
	if (entry === null) return NO_REVOCATION;
	const untilMs = unixMs();
	const found = readValid(entry.text, untilMs);
	if (found !== null) return found;
	await sharedStore().replace(key, entry, String(untilMs), LIFE_MS);
	return { untilMs };
}

/**
 * Null for an invalid text, and for a time further in the future than the clocks of the STS and the instances may differ.
 */
function readValid(text: string, nowMs: number): Revocation | null {
	const found = readRevocation(text);
	return found && found.untilMs <= nowMs + MAX_AHEAD_MS ? found : null;
}

/** Sign-ins that began at the time of this entry or earlier end in no session. Unlike the time of sessions, it is not ahead. */
const beginKey = (key: string) => `${key}:begin`;

const idKey = (id: string) => `deny:id:${id}`;

/** A digest, because the id of a person may contain their name. It does not depend on a secret, which may be rotated. */
export const userKey = (userId: string) => `deny:user:${sha256(userId)}`;
