import { progressOf, readRecord } from '../once/record';

/** Revocations (`auth/deny-list.ts`, `wallet/used-sessions.ts`) are written first after an outage or a loss of data. */
export const isRevocation = (kind: string): boolean => kind === 'deny:' || kind === 'wallet-used:';

/**
 * Whether an instance that writes its copy of an entry again replaces what another instance has written there meanwhile. Of two
 * times of a logout the later one counts, and work that is done stays done.
 */
export function outranks(kind: string, mine: string, theirs: string): boolean {
	if (kind === 'deny:') return !(Number(theirs) >= Number(mine));
	if (kind === 'once:') return progressOf(readRecord(mine)) > progressOf(readRecord(theirs));
	return mine !== theirs;
}

/**
 * How long an instance keeps its copy of an entry that the shared store has taken, in milliseconds. Results of token calls take
 * about 4 kB each; the copy serves a store that has just lost its data.
 */
export const copyMsOf = (kind: string): number => (kind === 'once:' ? 2 * 60_000 : Infinity);
