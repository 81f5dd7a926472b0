/** How entries of the shared store differ by the kind of their key, its prefix: docs/sessions.md lists the kinds. */
import * as v from 'valibot';
import { config } from '../config';
import { createSeal, type Seal } from '../seal';
import { progressOf, readRecord } from './lease';

/** @returns one of both texts, or a text that unites them */
type Merge = (mine: string, theirs: string) => string;

interface Kind {
	/**
	 * What an instance writes when it writes its copy again and another instance has written the same key in the meantime. A
	 * copy may be older than what is stored, so the later state stays.
	 */
	readonly merge: Merge;
	/** Whether entries are written first after an outage or a loss of data. */
	readonly isUrgent?: true;
	/** How long an instance keeps its copy of an entry that the shared store has accepted; default: as long as it lives. */
	readonly copyMs?: number;
}

const BRIEF_MS = 2 * 60_000;
const stored: Merge = (_mine, theirs) => theirs;

/** The text that is further; the stored one if both are equally far. */
const furthest =
	(progress: (text: string) => number): Merge =>
	(mine, theirs) =>
		progress(mine) > progress(theirs) ? mine : theirs;

/** Marks, and texts that are written once: all texts of a key mean the same. */
const sameForAll: Kind = { merge: stored };

/** The kinds of which instances keep copies. Of others (`tokens:`), an old copy is worse than none. */
export const kinds: Readonly<Record<string, Kind>> = {
	// Work that is done stays done. Results of token calls take about 4 kB each; their copies are for a store that has just
	// lost its data.
	'once:': { merge: furthest((text) => progressOf(readRecord(text))), copyMs: BRIEF_MS },
	'renewed-by-force:': sameForAll,
	// Unix seconds. The next action renews them.
	'active:': { merge: furthest((text) => (/^\d{1,12}$/.test(text) ? Number(text) : -1)), copyMs: BRIEF_MS },
	// The sessions that a stored list lacks add themselves (`auth/session-list.ts`). An old list is of no use.
	'sessions:': { merge: stored, copyMs: 0 },
	// Revocations are united, so that none is weakened.
	'deny:': { merge: mergeRevocations, isUrgent: true },
	'deny-all:': { merge: mergeRevocations, isUrgent: true },
	'jti:': sameForAll,
	'used:': sameForAll,
	'wallet:': { merge: furthest(walletProgress) },
	'wallet-request:': sameForAll,
	'wallet-details:': sameForAll,
	// A response that is in progress or has succeeded (`wallet/dc-api.ts`) began after the one that failed.
	'wallet-dc-api:': { merge: furthest((text) => (text === SUBMISSION_FAILED ? 0 : 1)) },
	// Once a request that may link the wallet was sent, the portal must not say that nothing was linked (`wallet/cancel.ts`).
	'wallet-linking:': { merge: furthest((text) => linkingMarks.findIndex((mark) => mark === text)), isUrgent: true },
	'wallet-used:': { ...sameForAll, isUrgent: true }
};

export const isUrgent = (kind: string): boolean => kinds[kind]?.isUrgent === true;

export const merge = (kind: string, mine: string, theirs: string): string => kinds[kind]?.merge(mine, theirs) ?? mine;

/** How long an instance keeps its copy of an entry that the shared store has accepted, in milliseconds. */
export const copyMsOf = (kind: string): number => kinds[kind]?.copyMs ?? Infinity;

/** A text that is not a revocation is replaced. */
function mergeRevocations(mine: string, theirs: string): string {
	const [one, other] = [readRevocation(mine), readRevocation(theirs)];
	if (one && other) return writeRevocation(unionOf(one, other));
	return other ? theirs : mine;
}

/** The text of `wallet-dc-api:` after a submission that failed. */
export const SUBMISSION_FAILED = 'failed';

/**
 * A record that a request which may link the wallet was sent to the Auth Bridge, from the first to the last.
 * `started`: identity verification. `submitted`: a confirmation.
 */
const linkingMarks = ['started', 'submitted'] as const;
export type LinkingMark = (typeof linkingMarks)[number];

/** The purpose of the seal of `wallet:`. */
export const API_CLIENT_WALLET = 'caller-wallet';
let walletSeal: Seal | undefined;

/** What shows how far the wallet session of an API client is (`OwnedSchema` in `auth/wallet-cookies.ts`). */
const WalletState = v.object({
	session: v.object({ idv: v.picklist(['none', 'started', 'manual', 'done']), completed: v.boolean() })
});

function walletProgress(text: string): number {
	walletSeal ??= createSeal(config().secrets, API_CLIENT_WALLET);
	const state = v.safeParse(WalletState, walletSeal.open(text)?.value);
	if (!state.success) return -1;
	const { idv, completed } = state.output.session;
	return completed ? 3 : { none: 0, started: 1, manual: 1, done: 2 }[idv];
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
