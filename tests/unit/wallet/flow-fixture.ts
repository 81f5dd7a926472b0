import type { CompleteResponse, StatusResponse } from '$lib/wallet/api';
import type { FlowState } from '$lib/wallet/flow';
import { WalletFlow } from '$lib/wallet/flow.svelte';
import type { OnUpdate } from '$lib/wallet/status-client';
import type { WalletOutcome } from '$lib/wallet/view';

export const status = (name: string, expiresInMs = 200_000): StatusResponse => ({
	kind: 'status',
	status: name,
	expiresInMs
});
export const unreachable = { kind: 'unreachable' } as const;

interface Setting {
	readonly completes?: CompleteResponse[];
	readonly outcome?: WalletOutcome | null;
	/** How many reads of a failure's reason fail because the portal can't be reached. */
	readonly unreadable?: number;
	/** Whether the outcome leads to another page: the page is then left, and the read never resolves. */
	readonly isLeaving?: boolean;
	/** Whether the portal is reachable at each check before a navigation; true after the last. */
	readonly reachable?: boolean[];
	readonly from?: FlowState;
	readonly replaced?: readonly string[];
	/** Whether a code that has expired is replaced by the code of the session `new`. */
	readonly renewsExpired?: boolean;
}

/** Starts a flow on a page. The test passes it the status updates, and reads what the flow does. */
export function startFlow(setting: Setting = {}) {
	const { completes = [], outcome = null, unreadable = 0, reachable = [], from = 'scan' } = setting;
	const { replaced = [], renewsExpired = false, isLeaving = false } = setting;
	const page = new AbortController();
	const left: string[] = [];
	const announced: unknown[] = [];
	const completed: string[] = [];
	const pausesMs: number[] = [];
	const followed = new Set<string>();
	let onUpdate: OnUpdate = () => {};
	let isFollowing = false;
	let outcomeReads = 0;

	const flow = new WalletFlow(
		{
			follow(ids, listener) {
				for (const id of ids) followed.add(id);
				onUpdate = listener;
				return {
					add: (id) => void followed.add(id),
					drop: (id) => void followed.delete(id),
					async run(signal) {
						isFollowing = true;
						await new Promise((resolve) => signal.addEventListener('abort', resolve));
						isFollowing = false;
					}
				};
			},
			complete: (id) => {
				completed.push(id);
				return Promise.resolve(completes.shift() ?? { kind: 'accepted', continueUrl: '/go' });
			},
			renewExpired: () => {
				if (renewsExpired) flow.replace({ sessionId: 'new', replaced: [], expiresInMs: 300_000 });
				return Promise.resolve();
			},
			pause: (ms) => {
				recordAnnouncement();
				pausesMs.push(ms);
				return Promise.resolve();
			},
			isReachable: () => Promise.resolve(reachable.shift() ?? true),
			leave: (path) => left.push(path),
			readOutcome: () => {
				outcomeReads += 1;
				if (isLeaving) return new Promise(() => {});
				return Promise.resolve(outcomeReads > unreadable ? outcome : 'unreachable');
			}
		},
		from,
		{ sessionId: 'now', replaced, expiresInMs: 300_000 }
	);
	const recordAnnouncement = () => {
		if (flow.announced !== announced.at(-1)) announced.push(flow.announced);
	};
	const ran = flow.run(page.signal);
	recordAnnouncement();

	return {
		flow,
		left,
		announced,
		completed,
		pausesMs,
		followed,
		ran,
		isFollowing: () => isFollowing,
		outcomeReads: () => outcomeReads,
		leavePage: () => page.abort(),
		/** Passes the flow a status update, and waits until it has handled that. */
		async update(response: StatusResponse | string, sessionId = 'now') {
			onUpdate({ sessionId, response: typeof response === 'string' ? status(response) : response });
			recordAnnouncement();
			await new Promise((resolve) => setImmediate(resolve));
			recordAnnouncement();
		}
	};
}
