import type { SessionStatusValue } from '$lib/wallet/wallet-session';

/** The phases that set the read interval: before the scan, while the wallet is open, during identity verification. */
const pollRates = ['scan', 'open', 'identity'] as const;
export type PollRate = (typeof pollRates)[number];

/**
 * Milliseconds between the starts of two reads of one session, while the budget suffices for all sessions. Timers may fire 1 ms
 * early, so both short intervals have a margin: `scan` is at most one read per second, and `open` is above the 250 ms for which
 * a status is cached, because an earlier read would get the cached status.
 */
export const usualIntervalMs: Readonly<Record<PollRate, number>> = { scan: 1010, open: 260, identity: 2000 };

const pollRatesByStatus: Readonly<Record<SessionStatusValue, PollRate | 'final'>> = {
	CREATED: 'scan',
	PENDING: 'scan',
	INTERACTION_STARTED: 'open',
	VERIFYING: 'open',
	VERIFIED: 'open',
	IDV_REQUIRED: 'identity',
	RECONCILING: 'identity',
	COMPLETED: 'final',
	EXPIRED: 'final',
	FAILED: 'final',
	ERROR: 'final',
	VP_VALIDATION_FAILED: 'final'
};

/** The read phase of a session with this status. `final`: the status never changes again. */
export function pollRateOf(status: SessionStatusValue): PollRate | 'final' {
	return pollRatesByStatus[status];
}

interface ReadBudgetOptions {
	/** The maximum number of reads that start in one second. */
	readonly perSecond: number;
	/** Milliseconds, on a clock that never steps back. */
	readonly now: () => number;
}

export type ReadBudget = ReturnType<typeof createReadBudget>;

/** The share of the limit that is planned. It is below 1, so that the queue of reads stays short. */
const PLANNED_SHARE = 0.9;
/** The maximum share of planned reads for sessions whose wallet is open. People wait for these, so they slow down last. */
const OPEN_SHARE = 0.75;

/**
 * Divides a number of reads per second among all watched sessions. The more sessions there are, the longer their intervals.
 * Sessions whose wallet is open slow down last.
 */
export function createReadBudget({ perSecond, now }: ReadBudgetOptions) {
	const watched: Record<PollRate, number> = { scan: 0, open: 0, identity: 0 };
	let nextFreeMs = -Infinity;

	const demand = (rate: PollRate) => (watched[rate] * 1000) / usualIntervalMs[rate];

	function stretch(rate: PollRate): number {
		const planned = perSecond * PLANNED_SHARE;
		const forOpen = planned * OPEN_SHARE;
		if (rate === 'open') return demand('open') / forOpen;
		const others = pollRates.filter((other) => other !== 'open').reduce((sum, other) => sum + demand(other), 0);
		return others / (planned - Math.min(demand('open'), forOpen));
	}

	return {
		/** Adds a session to a phase, or removes one. */
		count(rate: PollRate, by: 1 | -1): void {
			watched[rate] += by;
		},

		/** Milliseconds between two reads of one session, for the current number of sessions. */
		intervalMs: (rate: PollRate): number => usualIntervalMs[rate] * Math.max(1, stretch(rate)),

		/** Reserves the next free slot. Returns the milliseconds until then; 0 for now. */
		takeTurn(): number {
			const nowMs = now();
			const turnMs = Math.max(nextFreeMs, nowMs);
			nextFreeMs = turnMs + 1000 / perSecond;
			return turnMs - nowMs;
		}
	};
}
