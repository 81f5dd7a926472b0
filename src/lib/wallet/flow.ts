import { isSessionStatusValue, type SessionStatusValue } from './session-status';
import type { WalletOutcome } from './view';

/**
 * After the scan and before an end, as the wallet page shows it. `verified`: we are completing the session. `leaving`:
 * signed in, as soon as the STS has seen it. `identifying`: identity verification is required, on a page of its own.
 */
export const progressStates = ['opened', 'checking', 'verified', 'leaving', 'identifying'] as const;
export type ProgressState = (typeof progressStates)[number];

/** While others work on the identity verification, as the identity page shows it. */
export const waitingStates = ['in-progress', 'review'] as const;
export type WaitingState = (typeof waitingStates)[number];

/** Where a wallet sign-in stands, as the person sees it. */
export type FlowState = 'scan' | ProgressState | WaitingState | WalletOutcome;

/** What can happen: read from a status answer, or the outcome of `complete` (`accepted`, `identity_needed`). */
export type FlowEvent =
	'opened' | 'answered' | 'verified' | 'accepted' | 'identity_needed' | 'under_way' | WalletOutcome;

type Moves = Readonly<Partial<Record<FlowEvent, FlowState>>>;

/** Until the portal goes on to another page, a sign-in can end in every way. */
const endings: Moves = {
	declined: 'declined',
	refused: 'refused',
	expired: 'expired',
	failed: 'failed',
	unavailable: 'unavailable',
	foreign: 'foreign'
};

/**
 * One step per event. An event that is not named changes nothing: it is late or repeated. An event that skips states
 * names the next one only, so that following it passes every state in between.
 */
export const moves: Readonly<Record<FlowState, Moves>> = {
	scan: {
		...endings,
		opened: 'opened',
		answered: 'opened',
		verified: 'opened',
		accepted: 'opened',
		identity_needed: 'opened',
		under_way: 'opened'
	},
	opened: {
		...endings,
		answered: 'checking',
		verified: 'checking',
		accepted: 'checking',
		identity_needed: 'checking',
		under_way: 'checking'
	},
	checking: {
		...endings,
		verified: 'verified',
		accepted: 'verified',
		identity_needed: 'verified',
		under_way: 'verified'
	},
	verified: { ...endings, accepted: 'leaving', identity_needed: 'identifying', under_way: 'identifying' },
	identifying: { ...endings, under_way: 'in-progress', verified: 'verified' },
	'in-progress': { ...endings, identity_needed: 'identifying', verified: 'verified' },
	review: { ...endings, identity_needed: 'identifying', verified: 'verified' },
	leaving: {},
	declined: {},
	refused: {},
	expired: {},
	failed: {},
	unavailable: {},
	foreign: {}
};

/** The states that an event leads through, in order; empty when it changes nothing. */
export function follow(from: FlowState, event: FlowEvent): readonly FlowState[] {
	const path: FlowState[] = [];
	for (let next = moves[from][event]; next !== undefined; next = moves[next][event]) path.push(next);
	return path;
}

/** Whether nothing more can happen in this state. */
export function isFinal(state: FlowState): boolean {
	return Object.keys(moves[state]).length === 0;
}

const eventsByStatus: Readonly<Record<SessionStatusValue, FlowEvent | null>> = {
	CREATED: null,
	PENDING: null,
	INTERACTION_STARTED: 'opened',
	VERIFYING: 'answered',
	VERIFIED: 'verified',
	// Completed in another tab, or by the STS: completing again gives the same answer.
	COMPLETED: 'verified',
	IDV_REQUIRED: 'identity_needed',
	RECONCILING: 'under_way',
	VP_VALIDATION_FAILED: 'refused',
	EXPIRED: 'expired',
	FAILED: 'failed',
	ERROR: 'failed'
};

/**
 * What a session status of the Auth Bridge (docs/auth-bridge.md) means; `null`: still waiting. How a `FAILED` session ended (declined, refused)
 * is told by the server's view, not by the status.
 */
export function eventOf(status: string): FlowEvent | null {
	return isSessionStatusValue(status) ? eventsByStatus[status] : null;
}
