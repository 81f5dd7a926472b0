import type { Follower } from './flow.svelte';
import { eventOf, follow, isFinal, waitingStates } from './flow';
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

/** Follows the wallet session of an identity verification until it ends. */
export class IdentityWatch {
	view: IdentityView = $state.raw({ screen: 'ended', outcome: 'failed', helpCode: null });
	/** What a screen reader announces, once: a new screen, or that the portal is unreachable. */
	announced: IdentityView['screen'] | 'unreachable' | null = $state(null);
	/** When the session ends, by `performance.now()`. */
	endsAtMs: number = $state(0);
	#isReading = false;

	constructor(view: IdentityView) {
		this.#set(view);
	}

	async run(signal: AbortSignal, deps: WatchDeps): Promise<void> {
		if (this.view.screen === 'ended') return;
		const over = new AbortController();
		const both = anySignal([signal, over.signal]);
		const onUpdate = (update: StatusUpdate) => {
			if (both.aborted || !this.#isChange(update)) return;
			void this.#read(both, deps).then(() => {
				if (this.view.screen === 'ended') over.abort();
			});
		};
		await deps.follow([this.view.sessionId], onUpdate).run(both);
	}

	/**
	 * Whether the view has to be read again: the update is an event that changes the state. On a screen where the person acts,
	 * only the end does: their own press leads to the next page.
	 */
	#isChange({ response }: StatusUpdate): boolean {
		if (response.kind === 'unreachable') {
			if (isWaiting(this.view)) this.announced = 'unreachable';
			return false;
		}
		if (this.announced === 'unreachable') this.announced = null;
		if (response.kind === 'status') this.#correct(response.expiresInMs);
		const event = response.kind === 'status' ? eventOf(response.status) : 'expired';
		const state = waitingStates.find((waiting) => waiting === this.view.screen);
		const last = event !== null && follow(state ?? 'identifying', event).at(-1);
		return Boolean(last && (state !== undefined || isFinal(last)));
	}

	/** Applies the time that the server reports. It can only shorten the known one: a report may have been on its way for long. */
	#correct(leftMs: number | null): void {
		if (leftMs !== null) this.endsAtMs = Math.min(this.endsAtMs, performance.now() + leftMs);
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
		this.#set(view);
		return true;
	}

	#set(view: IdentityView): void {
		this.view = view;
		if (view.screen !== 'ended') this.endsAtMs = performance.now() + view.expiresInMs;
	}
}

/** Whether another party has to act: the institution, or a person there. */
export function isWaiting(view: IdentityView): boolean {
	return view.screen === 'in-progress' || view.screen === 'review';
}
