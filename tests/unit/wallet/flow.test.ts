import { describe, expect, test } from 'vitest';
import {
	eventOf,
	follow,
	isFinal,
	moves,
	progressStates,
	waitingStates,
	type FlowEvent,
	type FlowState
} from '$lib/wallet/flow';
import { sessionStatuses } from '$lib/wallet/wallet-session';
import { walletOutcomes } from '$lib/wallet/view';

const states: readonly FlowState[] = ['scan', ...progressStates, ...waitingStates, ...walletOutcomes];
const steps: readonly FlowEvent[] = ['opened', 'responded', 'verified', 'accepted', 'identity_needed', 'under_way'];

/** Where each step leads from each state that can still move; everything else changes nothing. */
const table: Partial<Record<FlowState, Partial<Record<FlowEvent, FlowState[]>>>> = {
	scan: {
		opened: ['opened'],
		responded: ['opened', 'checking'],
		verified: ['opened', 'checking', 'verified'],
		accepted: ['opened', 'checking', 'verified', 'leaving'],
		identity_needed: ['opened', 'checking', 'verified', 'identifying'],
		under_way: ['opened', 'checking', 'verified', 'identifying', 'in-progress']
	},
	opened: {
		responded: ['checking'],
		verified: ['checking', 'verified'],
		accepted: ['checking', 'verified', 'leaving'],
		identity_needed: ['checking', 'verified', 'identifying'],
		under_way: ['checking', 'verified', 'identifying', 'in-progress']
	},
	checking: {
		verified: ['verified'],
		accepted: ['verified', 'leaving'],
		identity_needed: ['verified', 'identifying'],
		under_way: ['verified', 'identifying', 'in-progress']
	},
	verified: {
		accepted: ['leaving'],
		identity_needed: ['identifying'],
		under_way: ['identifying', 'in-progress']
	},
	identifying: { verified: ['verified'], under_way: ['in-progress'] },
	'in-progress': { verified: ['verified'], identity_needed: ['identifying'] },
	review: { verified: ['verified'], identity_needed: ['identifying'] }
};

describe('every state and event', () => {
	const cases = states.flatMap((state) => steps.map((event) => [state, event, table[state]?.[event] ?? []] as const));
	test.each(cases)('%s + %s → %j', (state, event, path) => {
		expect(follow(state, event)).toEqual(path);
	});

	const endings = states.flatMap((state) => walletOutcomes.map((outcome) => [state, outcome] as const));
	test.each(endings)('%s can end as %s only while the portal still waits', (state, outcome) => {
		const hasShared = ['checking', 'verified'].includes(state);
		const ending = outcome === 'expired' && hasShared ? 'unfinished' : outcome;
		expect(follow(state, outcome)).toEqual(state in table ? [ending] : []);
	});
});

test('a late "opened" after the person declined has no effect', () => {
	expect(follow('declined', 'opened')).toEqual([]);
});

test('following any event a second time has no effect', () => {
	const events = [...steps, ...walletOutcomes];
	const repeated = states.flatMap((state) =>
		events.filter((event) => follow(follow(state, event).at(-1) ?? state, event).length > 0)
	);
	expect(repeated).toEqual([]);
});

test('only the states without transitions are final', () => {
	expect(states.filter(isFinal)).toEqual(['leaving', ...walletOutcomes]);
	expect(Object.keys(moves).sort()).toEqual([...states].sort());
});

test('every status of the Auth Bridge has a meaning, and an unknown one means waiting', () => {
	expect(Object.fromEntries(sessionStatuses.map((status) => [status, eventOf(status)]))).toEqual({
		CREATED: null,
		PENDING: null,
		INTERACTION_STARTED: 'opened',
		VERIFYING: 'responded',
		VERIFIED: 'verified',
		IDV_REQUIRED: 'identity_needed',
		RECONCILING: 'under_way',
		COMPLETED: 'verified',
		EXPIRED: 'expired',
		FAILED: 'failed',
		ERROR: 'failed',
		VP_VALIDATION_FAILED: 'refused'
	});
	expect(eventOf('SOMETHING_NEW')).toBeNull();
	expect(eventOf('toString')).toBeNull();
});
