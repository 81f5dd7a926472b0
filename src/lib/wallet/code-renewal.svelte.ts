/** What the renewal needs from its page; in tests all of it is in hand. */
export interface QrRenewalDeps {
	/** Makes a new code and shows it. Returns how long it lives, in milliseconds, or why there is none. */
	readonly renew: () => Promise<number | NoCode>;
	/** Whether somebody looks at the page, and nothing has been scanned. */
	readonly isWanted: () => boolean;
	/** Waits, or returns early when the page wakes up or the signal aborts. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Milliseconds; any clock that goes forward. */
	readonly now: () => number;
}

/** `refused`: the portal makes no new code for this page. `unreachable`: it can't be asked now. */
export type NoCode = 'refused' | 'unreachable';
export type Renewal = 'renewed' | NoCode;

/** How often a code renews itself before a person has to say that more time is needed. */
const renewals = 2;
/** A code is renewed this long before its end, or a quarter of its life where that is less. */
const marginMs = 60_000;
const retryMs = 10_000;
/** A renewed code is not renewed again sooner, whatever the server says of its end: below the shortest life of a session. */
const minAgeMs = 20_000;
/** The server may say meanwhile that a code ends earlier. */
const lookMs = 5000;
/** What the Auth Bridge gives a session; the first renewal tells whether it does. */
const usualLifeMs = 300_000;

/**
 * Keeps a code on the screen fresh while somebody looks at it. An unattended screen ends after a number of renewals; until
 * then each new code by hand gives all the time again.
 */
export class CodeRenewal {
	/** When the last code will end, by the world's clock. */
	endsAtMs: number = $state(0);
	/** A person has requested a code while the portal could not be reached: it is requested again by itself. */
	isRetrying: boolean = $state(false);
	#codeEndsAtMs: number;
	#renewedAtMs = -Infinity;
	#lifeMs = usualLifeMs;
	#left = renewals;
	#isFailing = false;
	#inFlight: Promise<Renewal> | undefined;
	readonly #world: QrRenewalDeps;

	constructor(leftMs: number, world: QrRenewalDeps) {
		this.#world = world;
		this.#codeEndsAtMs = world.now() + leftMs;
		this.#count();
	}

	/** The server has said how long the present code lives: never longer than it has said before. */
	correct(leftMs: number): void {
		this.#codeEndsAtMs = Math.min(this.#codeEndsAtMs, this.#world.now() + leftMs);
		this.#count();
	}

	/** A new code because a person requests it. */
	async renewByHand(): Promise<Renewal> {
		const renewal = await this.#renew();
		if (renewal === 'renewed') this.#left = renewals;
		this.isRetrying = renewal === 'unreachable';
		this.#count();
		return renewal;
	}

	async run(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			const { now, pause, isWanted } = this.#world;
			const waitMs = Math.max(this.#codeEndsAtMs - this.#marginMs(), this.#renewedAtMs + minAgeMs) - now();
			if (this.isRetrying) await this.#retry(signal);
			else if (waitMs > 0) await pause(Math.min(waitMs, lookMs), signal);
			else if (this.#left === 0 || !isWanted() || !(await this.#renewByItself())) await pause(retryMs, signal);
		}
	}

	async #retry(signal: AbortSignal): Promise<void> {
		await this.#world.pause(retryMs, signal);
		// Meanwhile the person may have made one, or a wallet has opened the one before.
		if (this.isRetrying && this.#world.isWanted() && !signal.aborted) await this.renewByHand();
	}

	async #renewByItself(): Promise<boolean> {
		const isRenewed = (await this.#renew()) === 'renewed';
		if (isRenewed) this.#left--;
		this.#count();
		return isRenewed;
	}

	/** One at a time: a second click, or a click while the code renews itself, gets the same new code. */
	#renew(): Promise<Renewal> {
		return (this.#inFlight ??= this.#renewOnce().finally(() => (this.#inFlight = undefined)));
	}

	async #renewOnce(): Promise<Renewal> {
		const lifeMs = await this.#world.renew();
		// Without a new code the present one is all there is: the countdown says so in time.
		this.#isFailing = typeof lifeMs !== 'number';
		if (typeof lifeMs !== 'number') return lifeMs;
		this.#lifeMs = lifeMs;
		this.#renewedAtMs = this.#world.now();
		this.#codeEndsAtMs = this.#world.now() + lifeMs;
		return 'renewed';
	}

	#marginMs(): number {
		return Math.min(marginMs, this.#lifeMs / 4);
	}

	#count(): void {
		const still = this.#isFailing ? 0 : this.#left;
		this.endsAtMs = this.#codeEndsAtMs + still * (this.#lifeMs - this.#marginMs());
	}
}
