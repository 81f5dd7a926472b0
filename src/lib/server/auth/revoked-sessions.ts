import { createSharedReads } from '../shared-reads';
import { FRESH_CLOCK_TOLERANCE_SECONDS, unixMs } from '../clock';
import { sharedStore } from '../store';
import { SESSION_SECONDS, type Session } from './session';

/** How long a result is cached before the store is read again. A sign-out takes effect on all instances within a second. */
const CACHED_STATE_MS = 500;
/** About 50,000 sessions. */
export const MAX_CHECK_BYTES = 32 * 1024 ** 2;
const LIFE_MS = SESSION_SECONDS * 1000;
/**
 * How far in the future a stored time may be. The time is by the STS's clock. It was accepted by one instance, and may be
 * read by another whose clock is behind.
 */
const MAX_AHEAD_MS = 2 * FRESH_CLOCK_TOLERANCE_SECONDS * 1000;

const newChecks = () =>
	createSharedReads<boolean>({
		maxAgeMs: CACHED_STATE_MS,
		maxBytes: MAX_CHECK_BYTES,
		bytesOf: () => 8,
		now: () => performance.now()
	});
let checks = newChecks();

/** Revokes one session permanently on all instances, even if a cookie still contains it. */
export async function revokeSession({ id }: Session): Promise<void> {
	await sharedStore().write(idKey(id), '1', LIFE_MS);
	checks.forget(id);
}

/**
 * Revokes the sessions that the STS has ended (OIDC Back-Channel Logout 2.7): those with this `sid`, or else this `sub`,
 * that began at `untilMs` or earlier. A later time that is already recorded stays.
 * @param untilMs Unix milliseconds
 */
export async function revokeAtSts(
	{ sid, sub }: { readonly sid?: string | undefined; readonly sub?: string | undefined },
	untilMs: number
): Promise<void> {
	const key = sid === undefined ? `deny:sub:${sub ?? ''}` : `deny:sid:${sid}`;
	const found = await sharedStore().read(key);
	const recordedMs = (found && readEndMs(found.text, unixMs())) ?? 0;
	await sharedStore().write(key, String(Math.max(untilMs, recordedMs)), LIFE_MS);
	checks = newChecks();
}

/** Whether a session has been revoked, by the portal or by the STS, as known at most half a second ago. */
export function isRevoked(session: Session): Promise<boolean> {
	return checks.read(session.id, () => isRevokedNow(session));
}

/** The same by the current content of the store, for rare checks that must not use a cached result. */
export async function isRevokedNow({ id, sid, sub, endsAt, issuedAt }: Session): Promise<boolean> {
	const begunMs = (issuedAt ?? endsAt - SESSION_SECONDS) * 1000;
	const keys = [`deny:sub:${sub}`, ...(sid === undefined ? [] : [`deny:sid:${sid}`])];
	const [isEnded, ...endsMs] = await Promise.all([
		sharedStore()
			.read(idKey(id))
			.then((entry) => entry !== null),
		...keys.map(endMsAt)
	]);
	return isEnded || endsMs.some((endMs) => begunMs <= endMs);
}

/**
 * Sessions that began at or before the returned time are revoked. It is in Unix milliseconds by the STS's clock; -Infinity
 * if no session is revoked. An invalid value revokes all sessions that exist now. The current time replaces it, so that
 * later sign-ins work.
 */
async function endMsAt(key: string): Promise<number> {
	const entry = await sharedStore().read(key);
	if (entry === null) return -Infinity;
	const nowMs = unixMs();
	const endMs = readEndMs(entry.text, nowMs);
	if (endMs !== null) return endMs;
	await sharedStore().replace(key, entry, String(nowMs), LIFE_MS);
	return nowMs;
}

/**
 * Null for text that is not a time, and for a time further in the future than the clocks of the STS and the instances may
 * differ.
 */
function readEndMs(text: string, nowMs: number): number | null {
	const endMs = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
	return endMs <= nowMs + MAX_AHEAD_MS ? endMs : null;
}

function idKey(id: string): string {
	return `deny:id:${id}`;
}
