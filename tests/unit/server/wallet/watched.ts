import type { SessionStatus } from '$lib/server/bridge/normalize';
import { createReadBudget } from '$lib/server/wallet/read-budget';
import { createStatusWatchers, type StatusEvent } from '$lib/server/wallet/status-watcher';
import type { SessionStatusValue } from '$lib/wallet/wallet-session';
import { virtualClock } from '../../virtual-clock';

export type StatusResponse = SessionStatusValue | Error;

export const credential = { requestId: 'r' };

export function statusOf(status: SessionStatusValue, bridgeExpiresAt: number | null = null): SessionStatus {
	const plan = { idvRequired: false, idvRequirementReason: null, reconciliationPlanType: null };
	return { sessionId: 's', status, ...plan, bridgeExpiresAt };
}

/** Watches over a Bridge whose responses the test decides, on a controlled clock. */
export function setUp({ perSecond = 1000, readMs = 0 } = {}) {
	const clock = virtualClock();
	const startMs = clock.now();
	/** What each session responds with; `PENDING` where nothing is said. */
	const responses = new Map<string, StatusResponse | SessionStatus>();
	const readsAtMs = new Map<string, number[]>();
	const inFlight = { now: 0, most: 0 };
	const budget = createReadBudget({ perSecond, now: clock.now });
	const watchers = createStatusWatchers({
		read: async (id) => {
			readsAtMs.set(id, [...(readsAtMs.get(id) ?? []), clock.now() - startMs]);
			inFlight.now++;
			inFlight.most = Math.max(inFlight.most, inFlight.now);
			if (readMs > 0) await clock.pause(readMs);
			inFlight.now--;
			const response = responses.get(id) ?? 'PENDING';
			if (response instanceof Error) throw response;
			return typeof response === 'string' ? statusOf(response) : response;
		},
		budget,
		now: clock.now,
		after: clock.after,
		random: () => 0.5
	});
	const reads = (id: string) => readsAtMs.get(id) ?? [];
	return {
		clock,
		responses,
		inFlight,
		budget,
		watchers,
		reads,
		allReads: () => [...readsAtMs.values()].flat(),
		/** Listens to a session; returns what was heard, in short, and how to stop. */
		listen: (id: string) => {
			const received: StatusEvent[] = [];
			const stop = watchers.watch(id, credential, (event) => received.push(event));
			return { heard: received, said: () => received.map(inShort), stop };
		},
		/** Whether no watcher of a session is left: a new listener hears nothing from earlier reads, and causes one at once. */
		isForgotten: async (id: string): Promise<boolean> => {
			const earlier = reads(id).length;
			const heard: StatusEvent[] = [];
			const stop = watchers.watch(id, credential, (event) => heard.push(event));
			const isSilent = heard.length === 0;
			await clock.advance(0);
			stop();
			return isSilent && reads(id).length === earlier + 1;
		}
	};
}

function inShort(event: StatusEvent): string {
	return event.kind === 'status' ? event.status.status : event.kind;
}
