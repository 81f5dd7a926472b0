import { isSessionStatusValue, type SessionStatusValue } from './wallet-session';
import type { WalletOutcome } from './view';

/**
 * States between the scan and the end, as the wallet page shows them. `verified`: the portal is completing the session.
 * `leaving`: the session is completed, and the page leaves for the sign-in at the STS. `identifying`: identity verification
 * is required, on a separate page.
 */
export const progressStates = ['opened', 'checking', 'verified', 'leaving', 'identifying'] as const;
export type ProgressState = (typeof progressStates)[number];

/**
 * The state whose screen is shown. `verified` lasts a moment, and it is not known yet how it continues: the next screen shows the result.
 */
export function shownAs(state: ProgressState): Exclude<ProgressState, 'verified'> {
	return state === 'verified' ? 'checking' : state;
}

/** States of an identity verification that others work on, as the identity page shows them. */
export const waitingStates = ['in-progress', 'review'] as const;
export type WaitingState = (typeof waitingStates)[number];

/** The state of a wallet sign-in, as the person sees it. */
export type FlowState = 'scan' | ProgressState | WaitingState | WalletOutcome;

/** An event: derived from a status, or the outcome of `complete` (`accepted`, `identity_needed`). */
export type FlowEvent =
	'opened' | 'responded' | 'verified' | 'accepted' | 'identity_needed' | 'under_way' | WalletOutcome;

type Moves = Readonly<Partial<Record<FlowEvent, FlowState>>>;

/** Until the portal navigates to another page, a sign-in can end in each of these ways. */
const endings: Moves = {
	declined: 'declined',
	refused: 'refused',
	unchecked: 'unchecked',
	expired: 'expired',
	unfinished: 'unfinished',
	failed: 'failed',
	unavailable: 'unavailable',
	foreign: 'foreign'
};

/**
 * The next state for each event. An event that is not listed changes nothing: it is late or repeated. For an event that
 * skips states only the next state is listed, so that `follow` passes through every state in between.
 */
export const moves: Readonly<Record<FlowState, Moves>> = {
	scan: {
		...endings,
		opened: 'opened',
		responded: 'opened',
		verified: 'opened',
		accepted: 'opened',
		identity_needed: 'opened',
		under_way: 'opened'
	},
	opened: {
		...endings,
		responded: 'checking',
		verified: 'checking',
		accepted: 'checking',
		identity_needed: 'checking',
		under_way: 'checking'
	},
	checking: {
		...endings,
		expired: 'unfinished',
		verified: 'verified',
		accepted: 'verified',
		identity_needed: 'verified',
		under_way: 'verified'
	},
	verified: {
		...endings,
		expired: 'unfinished',
		accepted: 'leaving',
		identity_needed: 'identifying',
		under_way: 'identifying'
	},
	identifying: { ...endings, under_way: 'in-progress', verified: 'verified' },
	'in-progress': { ...endings, identity_needed: 'identifying', verified: 'verified' },
	review: { ...endings, identity_needed: 'identifying', verified: 'verified' },
	leaving: {},
	declined: {},
	refused: {},
	unchecked: {},
	expired: {},
	unfinished: {},
	failed: {},
	unavailable: {},
	foreign: {}
};

/** The states that an event leads through, in order; empty if it changes nothing. */
export function follow(from: FlowState, event: FlowEvent): readonly FlowState[] {
	const path: FlowState[] = [];
	for (let next = moves[from][event]; next !== undefined; next = moves[next][event]) path.push(next);
	return path;
}

/** Whether no event can change this state. */
export function isFinal(state: FlowState): boolean {
	return Object.keys(moves[state]).length === 0;
}

const eventsByStatus: Readonly<Record<SessionStatusValue, FlowEvent | null>> = {
	CREATED: null,
	PENDING: null,
	INTERACTION_STARTED: 'opened',
	VERIFYING: 'responded',
	VERIFIED: 'verified',
	// Completed in another tab, or by the STS: completing again has the same result.
	COMPLETED: 'verified',
	IDV_REQUIRED: 'identity_needed',
	RECONCILING: 'under_way',
	VP_VALIDATION_FAILED: 'refused',
	EXPIRED: 'expired',
	FAILED: 'failed',
	ERROR: 'failed'
};

/**
 * The event for a session status of the Auth Bridge (docs/auth-bridge.md); `null`: still waiting. The status does not say
 * how a `FAILED` session ended (declined, unchecked); the server's view does.
 */
export function eventOf(status: string): FlowEvent | null {
	return isSessionStatusValue(status) ? eventsByStatus[status] : null;
}
