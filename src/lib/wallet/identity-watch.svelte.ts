import type { Follower } from './flow.svelte';
import { eventOf, follow, waitingStates } from './flow';
import { anySignal } from './pause';
import type { OnUpdate, StatusUpdate } from './status-client';
import type { IdentityView } from './view';

/** What the watch needs from its page; tests replace all of it. */
interface WatchDeps {
	readonly follow: (sessionIds: readonly string[], onUpdate: OnUpdate) => Pick<Follower, 'run'>;
	/** What the server would show now; null if it cannot be read, or if the page navigates to another. Never rejects. */
	readonly readView: (signal: AbortSignal) => Promise<IdentityView | null>;
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const retryMs = 2000;

/** Follows an identity verification that others work on, until the person has to act again. */
export class IdentityWatch {
	view: IdentityView = $state.raw({ screen: 'ended', outcome: 'failed', helpCode: null });
	/** What a screen reader announces, once: a new screen, or that the portal is unreachable. */
	announced: IdentityView['screen'] | 'unreachable' | null = $state(null);
	#isReading = false;

	constructor(view: IdentityView) {
		this.view = view;
	}

	async run(signal: AbortSignal, deps: WatchDeps): Promise<void> {
		if (!isWaiting(this.view)) return;
		const over = new AbortController();
		const both = anySignal([signal, over.signal]);
		const onUpdate = (update: StatusUpdate) => {
			if (both.aborted || !this.#isChange(update)) return;
			void this.#read(both, deps).then(() => {
				if (!isWaiting(this.view)) over.abort();
			});
		};
		await deps.follow([this.view.sessionId], onUpdate).run(both);
	}

	/** Whether the view has to be read again: the update is an event that changes the state. */
	#isChange({ response }: StatusUpdate): boolean {
		if (response.kind === 'unreachable') this.announced = 'unreachable';
		else if (this.announced === 'unreachable') this.announced = null;
		const state = waitingStates.find((waiting) => waiting === this.view.screen);
		if (response.kind === 'unreachable' || state === undefined) return false;
		const event = response.kind === 'status' ? eventOf(response.status) : 'expired';
		return event !== null && follow(state, event).length > 0;
	}

	/**
	 * Reads the view until the server returns one. A service that is unavailable for a moment does not stop the wait.
	 */
	async #read(signal: AbortSignal, { readView, pause }: WatchDeps): Promise<void> {
		if (this.#isReading) return;
		this.#isReading = true;
		while (!signal.aborted) {
			const view = await readView(signal);
			if (view && this.#show(view)) break;
			this.announced = 'unreachable';
			await pause(retryMs, signal);
		}
		this.#isReading = false;
	}

	/** Shows the view. Returns false, and shows nothing, if a service was unavailable and the view has to be read again. */
	#show(view: IdentityView): boolean {
		if (view.screen === 'ended' && view.outcome === 'unavailable') return false;
		if (view.screen !== this.view.screen) this.announced = view.screen;
		else if (this.announced === 'unreachable') this.announced = null;
		this.view = view;
		return true;
	}
}

type Waiting = Extract<IdentityView, { sessionId: string }>;

/** Whether another party has to act: the institution, or a person there. */
export function isWaiting(view: IdentityView): view is Waiting {
	return view.screen === 'in-progress' || view.screen === 'review';
}
