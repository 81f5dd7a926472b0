import type { WalletApi } from './api';
import { eventOf, follow, isFinal, type FlowEvent, type FlowState } from './flow';
import type { WalletOutcome } from './view';

/** What the flow needs from its page; in tests all of it is in hand. */
export interface FlowWorld {
	readonly api: WalletApi;
	/** Waits, or returns early when the page wakes up or the signal aborts. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Leaves for another page of ours. */
	readonly leave: (path: string) => void;
	/** How the server says that a failed session ended, or `null` when it can't say. */
	readonly readOutcome: () => Promise<WalletOutcome | null>;
}

const IDENTITY_PAGE = '/login/identity';
const scanIntervalMs = 1000;
/** Once the wallet is open, the person waits for our screen. */
const openedIntervalMs = 750;
const longestIntervalMs = 8000;

/** One wallet sign-in as a page shows it: made by the page, run until its signal aborts or nothing more can happen. */
export class WalletFlow {
	state: FlowState = $state('scan');
	/** What has to be said aloud, once: a new state, or that answers don't come. `null`: nothing, or trouble is over. */
	news: FlowState | 'trouble' | null = $state(null);
	/** Milliseconds that the code has left, as the server last said. */
	expiresInMs: number | null = $state(null);
	/** Where the page is going, for a link when that takes long. */
	destination: string | null = $state(null);
	#faults = 0;
	readonly #world: FlowWorld;

	constructor(world: FlowWorld, state: FlowState, expiresInMs: number) {
		this.#world = world;
		this.state = state;
		this.expiresInMs = expiresInMs;
	}

	async run(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			const before = this.state;
			await (before === 'verified' ? this.#complete(signal) : this.#readStatus(signal));
			if (isFinal(this.state)) return;
			if (this.state === before) await this.#world.pause(this.#intervalMs(), signal);
		}
	}

	async #readStatus(signal: AbortSignal): Promise<void> {
		const answer = await this.#world.api.readStatus(signal);
		if (signal.aborted || this.#isFault(answer.kind)) return;
		if (answer.kind === 'gone') this.#apply('expired');
		else if (answer.kind === 'status') await this.#applyStatus(answer.status, answer.expiresInMs);
		else await this.#applyEnding('failed');
	}

	async #complete(signal: AbortSignal): Promise<void> {
		const answer = await this.#world.api.complete(signal);
		if (signal.aborted || this.#isFault(answer.kind)) return;
		if (answer.kind === 'accepted') this.#apply('accepted', answer.continueUrl);
		else if (answer.kind === 'identity_needed') this.#apply('identity_needed', IDENTITY_PAGE);
		else if (answer.kind === 'gone') this.#apply('expired');
		// Verified no more: the status says what became of it, and completing is tried again.
		else if (answer.kind === 'not_yet') await this.#readStatus(signal);
		else await this.#applyEnding('failed');
	}

	async #applyStatus(status: string, expiresInMs: number | null): Promise<void> {
		this.expiresInMs = expiresInMs;
		const event = eventOf(status);
		if (event === 'failed') await this.#applyEnding(event);
		else if (event !== null) this.#apply(event, event === 'identity_needed' ? IDENTITY_PAGE : null);
	}

	/** Counts trouble and tells it; it ends with the first answer. */
	#isFault(kind: string): boolean {
		const isFault = kind === 'trouble';
		this.#faults = isFault ? this.#faults + 1 : 0;
		if (isFault) this.news = 'trouble';
		else if (this.news === 'trouble') this.news = null;
		return isFault;
	}

	async #applyEnding(event: WalletOutcome): Promise<void> {
		this.#apply((await this.#world.readOutcome()) ?? event);
	}

	#apply(event: FlowEvent, destination: string | null = null): void {
		const state = follow(this.state, event).at(-1);
		if (state === undefined) return;
		this.state = state;
		this.news = state;
		this.destination = destination;
		if (destination !== null) this.#world.leave(destination);
	}

	#intervalMs(): number {
		const usual = this.state === 'scan' ? scanIntervalMs : openedIntervalMs;
		return Math.min(usual * 2 ** this.#faults, longestIntervalMs);
	}
}
