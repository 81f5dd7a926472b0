/** What the renewal needs from its page; tests replace all of it. */
interface QrRenewalDeps {
	/** Creates a new code and shows it. Returns its lifetime in milliseconds, or why there is no new code. */
	readonly renew: () => Promise<number | NoCode>;
	/** Whether the page is visible, and no code has been scanned. */
	readonly isWanted: () => boolean;
	/** Waits, or returns early when the page wakes up or the signal aborts. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
	/** A monotonic clock in milliseconds. */
	readonly now: () => number;
}

/** `refused`: the portal creates no new code for this page. `unreachable`: the portal cannot be reached now. */
export type NoCode = 'refused' | 'unreachable';
export type Renewal = 'renewed' | NoCode;

/** How often a code is renewed automatically before the person has to request more time. */
const MAX_RENEWALS = 2;
/**
 * A code is renewed this long before it expires, or two fifths of its lifetime before if that is less. The session of a code that
 * is scanned cannot be extended, so this is the least time that the person has for the wallet and for identity verification.
 */
const marginMs = 120_000;
const retryMs = 10_000;
/**
 * A renewed code is not renewed again sooner, whatever expiry the server reports. Less than the shortest lifetime of a
 * session.
 */
const minAgeMs = 20_000;
/** The server may report an earlier expiry while the page waits, so each wait is at most this long. */
const lookMs = 5000;
/** The usual lifetime of an Auth Bridge session. The first renewal returns the actual one. */
const usualLifeMs = 300_000;

/**
 * Renews the code on the screen while the page is visible. A code that is not scanned is renewed automatically at most
 * `MAX_RENEWALS` times. Each code that the person requests resets this count.
 */
export class QrRenewal {
	/** When the last code will expire, on the clock `now`. */
	endsAtMs: number = $state(0);
	/** The person has requested a code while the portal was unreachable; the request is repeated automatically. */
	isRetrying: boolean = $state(false);
	#codeEndsAtMs: number;
	#renewedAtMs = -Infinity;
	#lifeMs = usualLifeMs;
	#left = MAX_RENEWALS;
	#isFailing = false;
	#inFlight: Promise<Renewal> | undefined;
	readonly #deps: QrRenewalDeps;

	constructor(leftMs: number, deps: QrRenewalDeps) {
		this.#deps = deps;
		this.#codeEndsAtMs = deps.now() + leftMs;
		this.#count();
	}

	/** Applies the remaining lifetime that the server reports for the current code. It can only shorten the known one. */
	correct(leftMs: number): void {
		this.#codeEndsAtMs = Math.min(this.#codeEndsAtMs, this.#deps.now() + leftMs);
		this.#count();
	}

	/** Renews the code at the person's request. */
	async renewManually(): Promise<Renewal> {
		const renewal = await this.#renew();
		if (renewal === 'renewed') this.#left = MAX_RENEWALS;
		this.isRetrying = renewal === 'unreachable';
		this.#count();
		return renewal;
	}

	async run(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			const { now, pause, isWanted } = this.#deps;
			const waitMs = Math.max(this.#codeEndsAtMs - this.#marginMs(), this.#renewedAtMs + minAgeMs) - now();
			if (this.isRetrying) await this.#retry(signal);
			else if (waitMs > 0) await pause(Math.min(waitMs, lookMs), signal);
			else if (this.#left === 0 || !isWanted() || !(await this.#renewByItself())) await pause(retryMs, signal);
		}
	}

	async #retry(signal: AbortSignal): Promise<void> {
		await this.#deps.pause(retryMs, signal);
		// During the pause the person may have got a code, or a wallet may have opened the previous one.
		if (this.isRetrying && this.#deps.isWanted() && !signal.aborted) await this.renewManually();
	}

	/**
	 * Renews a code that has expired, if the countdown promised more time than the code had: a hidden page renews nothing.
	 * @returns false if the time is over, or if there is no new code
	 */
	async renewExpired(): Promise<boolean> {
		const { now, isWanted } = this.#deps;
		const isPromised = this.#codeEndsAtMs <= now() && now() < this.endsAtMs;
		return isPromised && isWanted() && (await this.#renewByItself());
	}

	async #renewByItself(): Promise<boolean> {
		const isCounted = this.#inFlight !== undefined;
		const isRenewed = (await this.#renew()) === 'renewed';
		if (isRenewed && !isCounted) this.#left--;
		this.#count();
		return isRenewed;
	}

	/** One at a time: a second click, or a click during an automatic renewal, gets the same new code. */
	#renew(): Promise<Renewal> {
		return (this.#inFlight ??= this.#renewOnce().finally(() => (this.#inFlight = undefined)));
	}

	async #renewOnce(): Promise<Renewal> {
		const lifeMs = await this.#deps.renew();
		// Without a new code only the current one is left, so the countdown must show its time.
		this.#isFailing = typeof lifeMs !== 'number';
		if (typeof lifeMs !== 'number') return lifeMs;
		this.#lifeMs = lifeMs;
		this.#renewedAtMs = this.#deps.now();
		this.#codeEndsAtMs = this.#deps.now() + lifeMs;
		return 'renewed';
	}

	#marginMs(): number {
		return Math.min(marginMs, this.#lifeMs * 0.4);
	}

	#count(): void {
		const still = this.#isFailing ? 0 : this.#left;
		this.endsAtMs = this.#codeEndsAtMs + still * (this.#lifeMs - this.#marginMs());
	}
}
