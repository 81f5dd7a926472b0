/** How entries of the shared store differ by the kind of their key, its prefix: docs/sessions.md lists the kinds. */
import { progressOf, readRecord } from './lease';

/**
 * Whether entries of this kind are written first after an outage or a loss of data: revocations (`auth/revoked-sessions.ts`,
 * `auth/wallet-cookies.ts`), and what the portal must not deny (`wallet/cancel.ts`).
 */
export const isUrgent = (kind: string): boolean =>
	['deny:', 'deny-all:', 'wallet-used:', 'wallet-linking:'].includes(kind);

/**
 * What an instance writes when it writes its copy again and another instance has written the same key in the meantime.
 * Revocations are united, so that none is weakened. Work that is done stays done. A list of sessions (`auth/session-list.ts`)
 * that is there stays: the sessions that it lacks add themselves.
 */
export function merge(kind: string, mine: string, theirs: string): string {
	if (kind === 'deny:' || kind === 'deny-all:') return mergeRevocations(mine, theirs);
	if (kind === 'once:') return progressOf(readRecord(mine)) > progressOf(readRecord(theirs)) ? mine : theirs;
	return kind === 'sessions:' ? theirs : mine;
}

/** A text that is not a revocation is replaced. */
function mergeRevocations(mine: string, theirs: string): string {
	const [one, other] = [readRevocation(mine), readRevocation(theirs)];
	if (one && other) return writeRevocation(unionOf(one, other));
	return other ? theirs : mine;
}

/**
 * How long an instance keeps its copy of an entry that the shared store has accepted, in milliseconds. Results of token
 * calls take about 4 kB each; their copies are for a store that has just lost its data. Times of activity are renewed by
 * the next action. An old list of sessions is of no use.
 */
export function copyMsOf(kind: string): number {
	if (kind === 'sessions:') return 0;
	return ['once:', 'active:'].includes(kind) ? 2 * 60_000 : Infinity;
}

/**
 * Which sessions of a person, of a sign-in at the STS, or of everybody have ended: those that began at `untilMs` or earlier.
 * One of them can be exempt. Times are in Unix milliseconds.
 */
export interface Revocation {
	readonly untilMs: number;
	/** This session has ended only if it began at `endedUntilMs` or earlier: another revocation covers it until then. */
	readonly exempt?: { readonly id: string; readonly endedUntilMs: number };
}

/** No session has ended. */
export const NO_REVOCATION: Revocation = { untilMs: -Infinity };

/** Reads a stored text: a time, or a time with the exempt session. Null for any other text. */
export function readRevocation(text: string): Revocation | null {
	const found = /^(\d{1,16})(?: (\d{1,16}) ([\w-]{1,64}))?$/.exec(text);
	if (!found) return null;
	const [untilMs, endedUntilMs, id] = [Number(found[1]), Number(found[2]), found[3]];
	if (id === undefined) return { untilMs };
	return endedUntilMs < untilMs ? { untilMs, exempt: { id, endedUntilMs } } : null;
}

export function writeRevocation({ untilMs, exempt }: Revocation): string {
	return exempt ? `${untilMs} ${exempt.endedUntilMs} ${exempt.id}` : `${untilMs}`;
}

/** Whether a session that began at `startMs` has ended. */
export function isCovered({ untilMs, exempt }: Revocation, id: string, startMs: number): boolean {
	return startMs <= (exempt?.id === id ? exempt.endedUntilMs : untilMs);
}

/** The sessions that either of two revocations ends, exactly. The order of the two makes no difference. */
export function unionOf(one: Revocation, other: Revocation): Revocation {
	const [earlier, later] = one.untilMs <= other.untilMs ? [one, other] : [other, one];
	if (!later.exempt) return later;
	const { id, endedUntilMs } = later.exempt;
	const endedEarlierMs = earlier.exempt?.id === id ? earlier.exempt.endedUntilMs : earlier.untilMs;
	const untilMs = Math.max(endedUntilMs, endedEarlierMs);
	return untilMs < later.untilMs
		? { untilMs: later.untilMs, exempt: { id, endedUntilMs: untilMs } }
		: { untilMs: later.untilMs };
}
