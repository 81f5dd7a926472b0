import { askOnce, poll, type PollWorld } from './status-poll';
import type { Hear, StatusUpdate } from './status-stream';
import type { Tabs } from './tabs';

export interface FollowWorld extends PollWorld {
	/** Follows by one stream; see `followStream`. */
	readonly stream: (sessionIds: readonly string[], hear: Hear, signal: AbortSignal) => Promise<'ended' | 'broken'>;
	/** What this browser's tabs share; null where they can't. */
	readonly tabs: Tabs | null;
}

/** A stream that broke is tried again after so many rounds of asking, twice as many each time. */
const leastRounds = 8;
const mostRounds = 64;
/** After so long without a word from whoever follows for us we ask ourselves. */
const silenceMs = 20_000;

/**
 * Follows wallet sessions for one page: by the one stream of this browser, led by any of its tabs; by asking while that
 * does not open or breaks; and by asking at once when the page wakes up.
 */
export class StatusFollower {
	readonly #sessionIds: Set<string>;
	/** What the leading tab follows for the others, and what it last heard of each session. */
	readonly #forOthers = new Set<string>();
	readonly #lastUpdates = new Map<string, StatusUpdate>();
	readonly #world: FollowWorld;
	readonly #hear: Hear;
	#isLeading = false;
	#restart = new AbortController();
	#wordAtMs = 0;

	constructor(sessionIds: Iterable<string>, hear: Hear, world: FollowWorld) {
		this.#sessionIds = new Set(sessionIds);
		this.#world = world;
		this.#hear = (update) => {
			if (this.#sessionIds.has(update.sessionId)) hear(update);
		};
	}

	add(sessionId: string): void {
		if (this.#sessionIds.has(sessionId)) return;
		this.#sessionIds.add(sessionId);
		this.#world.tabs?.post({ kind: 'want', sessionIds: [sessionId] });
		this.#restart.abort();
	}

	drop(sessionId: string): void {
		this.#sessionIds.delete(sessionId);
	}

	/** Until the signal aborts. */
	async run(signal: AbortSignal): Promise<void> {
		const { tabs } = this.#world;
		tabs?.listen((message) => {
			if (message.kind === 'update') this.#take(message.update);
			else if (message.kind === 'leading') this.#want();
			else if (this.#isLeading) this.#serve(message.sessionIds);
		}, signal);
		this.#want();
		const lead = () => this.#lead(signal);
		await Promise.all([tabs ? tabs.lead(lead, signal) : lead(), this.#lookAfter(signal)]);
	}

	/** The stream, for all tabs; while there is none, asking. */
	async #lead(signal: AbortSignal): Promise<void> {
		this.#isLeading = true;
		this.#world.tabs?.post({ kind: 'leading' });
		let rounds = leastRounds;
		while (!signal.aborted) {
			this.#restart = new AbortController();
			const both = AbortSignal.any([signal, this.#restart.signal]);
			const all = new Set([...this.#sessionIds, ...this.#forOthers]);
			const how = all.size > 0 ? await this.#world.stream([...all], this.#tell, both) : 'ended';
			if (how === 'ended') await untilAborted(both);
			else if (!both.aborted) {
				await poll(all, rounds, this.#tell, both, this.#world);
				rounds = Math.min(rounds * 2, mostRounds);
			}
		}
		this.#isLeading = false;
	}

	readonly #tell: Hear = (update) => {
		this.#lastUpdates.set(update.sessionId, update);
		if (update.answer.kind === 'gone') this.#forOthers.delete(update.sessionId);
		this.#world.tabs?.post({ kind: 'update', update });
		this.#take(update);
	};

	#take(update: StatusUpdate): void {
		this.#wordAtMs = performance.now();
		this.#hear(update);
	}

	#want(): void {
		this.#world.tabs?.post({ kind: 'want', sessionIds: [...this.#sessionIds] });
	}

	/** Another tab's sessions: what is known of them already, and a stream that has them too. */
	#serve(sessionIds: readonly string[]): void {
		const isNew = (id: string) => !this.#sessionIds.has(id) && !this.#forOthers.has(id);
		if (sessionIds.some(isNew)) this.#restart.abort();
		for (const id of sessionIds) {
			this.#forOthers.add(id);
			const update = this.#lastUpdates.get(id);
			if (update) this.#world.tabs?.post({ kind: 'update', update });
		}
	}

	/** Asks at once when the page wakes up, and when nothing has been heard for long: the leading tab may be asleep. */
	async #lookAfter(signal: AbortSignal): Promise<void> {
		for (;;) {
			const beganMs = performance.now();
			await this.#world.pause(silenceMs, signal);
			const woke = performance.now() - beganMs < silenceMs;
			const isSilent = performance.now() - this.#wordAtMs >= silenceMs;
			if (signal.aborted) return;
			if (woke || isSilent) await askOnce(this.#sessionIds, this.#hear, signal, this.#world);
		}
	}
}

function untilAborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), { once: true });
	});
}
