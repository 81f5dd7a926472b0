import { anySignal, type Visibility } from './pause';
import { readOnce, poll, type PollDeps } from './status-poll';
import type { OnUpdate } from './status-stream';

export interface FollowerDeps extends PollDeps {
	/** Follows the sessions over one stream; see `followStream`. */
	readonly stream: (
		sessionIds: readonly string[],
		onUpdate: OnUpdate,
		signal: AbortSignal
	) => Promise<'ended' | 'broken'>;
	readonly visibility: Visibility;
}

/** A broken stream is opened again after this many rounds of polling, twice as many each time. */
const MIN_ROUNDS = 8;
const MAX_ROUNDS = 64;
/** After this long without an update the page reads the status: a stream can be dead without an error. */
const SILENCE_MS = 20_000;

/**
 * Follows the wallet sessions of one page: over an event stream, or by polling while no stream works. Only a visible page
 * has a stream, because a browser opens at most six HTTP/1.1 connections to one host. A page that is shown again reads the
 * status once.
 */
export class StatusFollower {
	readonly #sessionIds: Set<string>;
	readonly #deps: FollowerDeps;
	readonly #onUpdate: OnUpdate;
	#restart = new AbortController();
	#lastUpdateMs = 0;

	constructor(sessionIds: Iterable<string>, onUpdate: OnUpdate, deps: FollowerDeps) {
		this.#sessionIds = new Set(sessionIds);
		this.#deps = deps;
		this.#onUpdate = (update) => {
			this.#lastUpdateMs = performance.now();
			if (this.#sessionIds.has(update.sessionId)) onUpdate(update);
		};
	}

	add(sessionId: string): void {
		if (this.#sessionIds.has(sessionId)) return;
		this.#sessionIds.add(sessionId);
		this.#restart.abort();
	}

	drop(sessionId: string): void {
		this.#sessionIds.delete(sessionId);
	}

	/** Runs until the signal aborts. */
	async run(signal: AbortSignal): Promise<void> {
		const { visibility } = this.#deps;
		while (!signal.aborted) {
			const isShownLate = !visibility.isVisible();
			await visibility.until(true, signal);
			const hidden = new AbortController();
			void visibility.until(false, signal).then(() => hidden.abort());
			const whileVisible = anySignal([signal, hidden.signal]);
			if (isShownLate) void this.#read(whileVisible);
			await Promise.all([this.#follow(whileVisible), this.#readWhenSilent(whileVisible)]);
		}
	}

	async #follow(signal: AbortSignal): Promise<void> {
		const { stream } = this.#deps;
		let rounds = MIN_ROUNDS;
		while (!signal.aborted) {
			this.#restart.abort();
			this.#restart = new AbortController();
			const untilRestart = anySignal([signal, this.#restart.signal]);
			const ids = [...this.#sessionIds];
			const outcome = ids.length > 0 ? await stream(ids, this.#onUpdate, untilRestart) : 'ended';
			if (outcome === 'ended') await untilAborted(untilRestart);
			else if (!untilRestart.aborted) {
				await poll(this.#sessionIds, rounds, this.#onUpdate, untilRestart, this.#deps);
				rounds = Math.min(rounds * 2, MAX_ROUNDS);
			}
		}
	}

	/** Reads at once when the page wakes up, and after a long silence. */
	async #readWhenSilent(signal: AbortSignal): Promise<void> {
		for (;;) {
			const beganMs = performance.now();
			await this.#deps.pause(SILENCE_MS, signal);
			const woke = performance.now() - beganMs < SILENCE_MS;
			const isSilent = performance.now() - this.#lastUpdateMs >= SILENCE_MS;
			if (signal.aborted) return;
			if (woke || isSilent) await this.#read(signal);
		}
	}

	async #read(signal: AbortSignal): Promise<void> {
		await readOnce(this.#sessionIds, this.#onUpdate, signal, this.#deps);
	}
}

function untilAborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), { once: true });
	});
}
