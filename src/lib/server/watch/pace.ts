import type { SessionStatusValue } from '$lib/wallet/session-status';

/** How eagerly a session is read: until its code is scanned, while its wallet is open, while people check an identity. */
export const paces = ['scan', 'open', 'identity'] as const;
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
