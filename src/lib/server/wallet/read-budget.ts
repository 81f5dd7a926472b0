import type { SessionStatusValue } from '$lib/wallet/session-status';

/** How eagerly a session is read: until its code is scanned, while its wallet is open, while people check an identity. */
const paces = ['scan', 'open', 'identity'] as const;
export type Pace = (typeof paces)[number];

/**
 * Milliseconds between the beginnings of two reads, while there is room for all. Timers may be early by one: `scan` is at most
 * one read a second all the same, and `open` stays above the 250 ms that a read is shared for, for one that comes early would
 * get the answer from before.
 */
export const usualIntervalMs: Readonly<Record<Pace, number>> = { scan: 1010, open: 260, identity: 2000 };

const pacesByStatus: Readonly<Record<SessionStatusValue, Pace | 'final'>> = {
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

/** How eagerly a session with this status is read; `final`: it never changes again. */
export function paceOf(status: SessionStatusValue): Pace | 'final' {
	return pacesByStatus[status];
}

interface ReadBudgetOptions {
	/** Most reads that may begin in a second. */
	readonly perSecond: number;
	/** Milliseconds; any clock that goes forward. */
	readonly now: () => number;
}

export type ReadBudget = ReturnType<typeof createReadBudget>;

/** What is planned stays below the limit, so that turns never queue up for long. */
const PLANNED_SHARE = 0.9;
/** Sessions whose wallet is open have somebody waiting: the others stretch first. */
const OPEN_SHARE = 0.75;

/**
 * Shares a number of reads per second out among all watched sessions: the more there are, the longer each waits, those
 * that wait for a scan first.
 */
export function createReadBudget({ perSecond, now }: ReadBudgetOptions) {
	const watched: Record<Pace, number> = { scan: 0, open: 0, identity: 0 };
	let nextFreeMs = -Infinity;

	const demand = (pace: Pace) => (watched[pace] * 1000) / usualIntervalMs[pace];

	function stretch(pace: Pace): number {
		const planned = perSecond * PLANNED_SHARE;
		const forOpen = planned * OPEN_SHARE;
		if (pace === 'open') return demand('open') / forOpen;
		const others = paces.filter((other) => other !== 'open').reduce((sum, other) => sum + demand(other), 0);
		return others / (planned - Math.min(demand('open'), forOpen));
	}

	return {
		/** One session more is read, or one less. */
		count(pace: Pace, by: 1 | -1): void {
			watched[pace] += by;
		},

		/** Milliseconds between two reads of one session, as many sessions as there are now. */
		intervalMs: (pace: Pace): number => usualIntervalMs[pace] * Math.max(1, stretch(pace)),

		/** Takes the next free turn; answers in how many milliseconds it comes. */
		takeTurn(): number {
			const nowMs = now();
			const turnMs = Math.max(nextFreeMs, nowMs);
			nextFreeMs = turnMs + 1000 / perSecond;
			return turnMs - nowMs;
		}
	};
}
