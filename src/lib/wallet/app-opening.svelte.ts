import { anySignal, type Visibility } from './pause';

/** What the observation needs from its page; tests replace all of it. */
interface OpeningDeps {
	readonly visibility: Visibility;
	/** Waits, or returns early when the page wakes up or the signal aborts. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Resolves once the status has been read after the call. */
	readonly nextStatus: (signal: AbortSignal) => Promise<void>;
}

/** A browser that opens an app hides the page within this time. */
const OPENING_MS = 3000;

/** What happens after a press of the link that opens a wallet on this device. A page cannot see it: it only notices when it is hidden. */
export class AppOpening {
	/** `nothing_opened`: the page stayed visible. `came_back`: the page was hidden, and no wallet has opened the request. */
	outcome: 'nothing_opened' | 'came_back' | null = $state(null);
	#latest = new AbortController();
	readonly #deps: OpeningDeps;

	constructor(deps: OpeningDeps) {
		this.#deps = deps;
	}

	/** Call it at each press; the latest one counts. */
	async observe(signal: AbortSignal): Promise<void> {
		this.#latest.abort();
		this.#latest = new AbortController();
		const latest = anySignal([signal, this.#latest.signal]);
		const isCurrent = () => !latest.aborted;
		const { visibility, pause, nextStatus } = this.#deps;
		this.outcome = null;
		const hidden = visibility.until(false, latest).then(() => true);
		const isHidden = await Promise.race([hidden, pause(OPENING_MS, latest).then(() => false)]);
		if (!isHidden && isCurrent()) this.outcome = 'nothing_opened';
		await hidden;
		await visibility.until(true, latest);
		await nextStatus(latest);
		if (isCurrent()) this.outcome = 'came_back';
	}
}
