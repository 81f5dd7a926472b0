import type { IdentityView } from './view';

/** What the watch needs from its page; in tests all of it is in hand. */
export interface WatchWorld {
	/** Whether the portal itself answers: reading the page while it doesn't would end in an error page. */
	readonly isReachable: (signal: AbortSignal) => Promise<boolean>;
	readonly readView: () => Promise<IdentityView>;
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const intervalMs = 3000;

/** Follows an identity verification that others work on, until it is the person's turn again. */
export class IdentityWatch {
	view: IdentityView = $state.raw({ screen: 'review' });
	/** What has to be said aloud, once: a new screen, or that answers don't come. */
	news: IdentityView['screen'] | 'trouble' | null = $state(null);

	constructor(view: IdentityView) {
		this.view = view;
	}

	async run(signal: AbortSignal, { isReachable, readView, pause }: WatchWorld): Promise<void> {
		while (isWaiting(this.view)) {
			await pause(intervalMs, signal);
			const view = !signal.aborted && (await isReachable(signal)) ? await readView() : null;
			if (signal.aborted) return;
			this.#show(view);
		}
	}

	/** A service that is away for a moment is no reason to stop waiting. */
	#show(view: IdentityView | null): void {
		if (view === null || (view.screen === 'ended' && view.outcome === 'unavailable')) {
			this.news = 'trouble';
			return;
		}
		if (view.screen !== this.view.screen) this.news = view.screen;
		else if (this.news === 'trouble') this.news = null;
		this.view = view;
	}
}

/** Whether somebody else has to act: the institution, or a person there. */
export function isWaiting({ screen }: IdentityView): boolean {
	return screen === 'in-progress' || screen === 'review';
}
