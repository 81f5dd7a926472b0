import type { CompleteResponse } from './api';
import { eventOf, follow, isFinal, type FlowEvent, type FlowState } from './flow';
import { anySignal } from './pause';
import type { OnUpdate, StatusUpdate } from './status-client';
import { IDENTITY_PAGE, type WalletOutcome } from './view';

/** Follows sessions until the signal aborts. Sessions can be added and dropped while it runs. */
export interface Follower {
	add(sessionId: string): void;
	drop(sessionId: string): void;
	run(signal: AbortSignal): Promise<void>;
}

/** What the flow needs from its page; tests replace all of it. */
interface FlowDeps {
	readonly follow: (sessionIds: readonly string[], onUpdate: OnUpdate) => Follower;
	/** Shows another code in place of one that has expired, if there is one. */
	readonly renewExpired: () => Promise<unknown>;
	readonly complete: (sessionId: string, signal: AbortSignal) => Promise<CompleteResponse>;
	/** Waits, or returns early when the page wakes up or the signal aborts. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Whether the portal itself would respond to a navigation there; never rejects. */
	readonly isReachable: (path: string, signal: AbortSignal) => Promise<boolean>;
	/** Navigates to another page of the portal. */
	readonly leave: (path: string) => void;
	/**
	 * How a failed session ended, according to the server; `null` if it does not say, `unreachable` if it cannot be read
	 * now.
	 */
	readonly readOutcome: (signal: AbortSignal) => Promise<WalletOutcome | 'unreachable' | null>;
}

/** A code on the screen. `replaced`: sessions of earlier codes that a wallet may still open. */
interface CurrentCode {
	readonly sessionId: string;
	readonly replaced: readonly string[];
	/** Milliseconds until the code expires. */
	readonly expiresInMs: number;
}

const retryMs = 1000;
const longestRetryMs = 8000;
/**
 * How often the reason of a failure is requested while the portal is unreachable. After that the page shows the failure
 * without a reason.
 */
const MAX_OUTCOME_READS = 5;

/**
 * One wallet sign-in as a page shows it. The page creates it, and it runs until its signal aborts or its state is final.
 */
export class WalletFlow {
	state: FlowState = $state('scan');
	/**
	 * What a screen reader announces, once: a new state, or that the portal is unreachable. `null`: nothing, or the portal
	 * is reachable again.
	 */
	announced: FlowState | 'unreachable' | null = $state(null);
	/**
	 * Milliseconds until the code expires, as the server last reported. Each report is a new object, even if the value is
	 * the same.
	 */
	timeLeft: { readonly ms: number } = $state.raw({ ms: 0 });
	/** Where the page is navigating to, for a link if that takes long. */
	destination: string | null = $state(null);
	/** The session on the screen, or the one that a wallet has opened. */
	sessionId: string = $state('');
	readonly #waiters: (() => void)[] = [];
	/** All sessions that a wallet may still open. The first one that it opens is the one to follow. */
	#candidates: readonly string[];
	/** Created when the page runs: the server renders the page without following anything. */
	#follower: Follower | undefined;
	readonly #deps: FlowDeps;
	#ending: Promise<void> | undefined;
	#renewing: Promise<void> | undefined;
	readonly #over = new AbortController();
	#signal: AbortSignal = this.#over.signal;
	#pageSignal: AbortSignal = this.#over.signal;

	constructor(deps: FlowDeps, state: FlowState, code: CurrentCode) {
		this.#deps = deps;
		this.state = state;
		this.timeLeft = { ms: code.expiresInMs };
		this.sessionId = code.sessionId;
		this.#candidates = [code.sessionId, ...(state === 'scan' ? code.replaced : [])];
	}

	async run(signal: AbortSignal): Promise<void> {
		this.#pageSignal = signal;
		this.#signal = anySignal([signal, this.#over.signal]);
		this.#follower = this.#deps.follow(this.#candidates, (update) => this.#onUpdate(update));
		if (this.state === 'verified') void this.#complete();
		await this.#follower.run(this.#signal);
	}

	/** The page shows another code. The session of the previous code stays valid until it expires. */
	replace({ sessionId, expiresInMs }: CurrentCode): void {
		this.sessionId = sessionId;
		this.#candidates = [...this.#candidates, sessionId];
		this.timeLeft = { ms: expiresInMs };
		this.#follower?.add(sessionId);
	}

	/** Resolves once the status of the session has been read after this call, or when the signal aborts; never rejects. */
	nextStatus(signal: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			this.#waiters.push(resolve);
			signal.addEventListener('abort', () => resolve(), { once: true });
		});
	}

	#onUpdate({ sessionId, response }: StatusUpdate): void {
		if (this.#signal.aborted || !this.#candidates.includes(sessionId)) return;
		if (response.kind === 'unreachable') return this.#showUnreachable(true);
		this.#showUnreachable(false);
		const event = eventOfResponse(response);
		const isOld = sessionId !== this.sessionId;
		if (isOld && event === 'expired') return this.#forget(sessionId);
		if (event !== null && event !== 'expired') this.#decideFor(sessionId);
		if (sessionId !== this.sessionId) return;
		if (response.kind === 'status' && response.expiresInMs !== null) this.timeLeft = { ms: response.expiresInMs };
		if (event === 'failed') void this.#applyEnding(event);
		else if (event === 'expired' && this.state === 'scan') void this.#renewOrEnd(sessionId, response.kind === 'gone');
		else if (response.kind === 'gone') void this.#applyEnding('expired');
		else if (event !== null) this.#apply(event);
		for (const resolve of this.#waiters.splice(0)) resolve();
	}

	/** One at a time: each status that is read until the page is left says again that the session is over. */
	#renewOrEnd(sessionId: string, isGone: boolean): Promise<void> {
		return (this.#renewing ??= this.#renewOrEndOnce(sessionId, isGone).finally(() => (this.#renewing = undefined)));
	}

	async #renewOrEndOnce(sessionId: string, isGone: boolean): Promise<void> {
		// After a sign-in in another tab, reading the outcome leads to the page of that person.
		if (isGone) await this.#readOutcome();
		if (!this.#signal.aborted) await this.#deps.renewExpired();
		if (this.#signal.aborted) return;
		if (sessionId === this.sessionId) this.#apply('expired');
		else this.#forget(sessionId);
	}

	/** The first code that a wallet opens is used; the other sessions are no longer followed. */
	#decideFor(sessionId: string): void {
		this.sessionId = sessionId;
		for (const other of this.#candidates) if (other !== sessionId) this.#forget(other);
	}

	#forget(sessionId: string): void {
		this.#candidates = this.#candidates.filter((other) => other !== sessionId);
		this.#follower?.drop(sessionId);
	}

	/** Repeats the request while the portal is unreachable: it is idempotent. */
	async #complete(): Promise<void> {
		for (const waitMs of retryIntervals()) {
			if (this.state !== 'verified') return;
			const response = await this.#deps.complete(this.sessionId, this.#signal);
			if (this.#signal.aborted) return;
			this.#showUnreachable(response.kind === 'unreachable');
			if (response.kind === 'accepted') this.#apply('accepted', response.continueUrl);
			else if (response.kind === 'identity_needed') this.#apply('identity_needed');
			else if (response.kind === 'gone') await this.#applyEnding('expired');
			else if (response.kind === 'refused') await this.#applyEnding('failed');
			else if (response.kind === 'unreachable')
				await this.#deps.pause(Math.max(waitMs, response.retryAfterMs ?? 0), this.#signal);
			// If the session is no longer verified, its status will show how it ended.
			else await this.#deps.pause(waitMs, this.#signal);
		}
	}

	/** Announces that the portal is unreachable when that begins, and removes the announcement at the next response. */
	#showUnreachable(isUnreachable: boolean): void {
		if (isUnreachable) this.announced = 'unreachable';
		else if (this.announced === 'unreachable') this.announced = null;
	}

	/** Reads the reason once, even if the failure is reported twice. */
	#applyEnding(event: WalletOutcome): Promise<void> {
		return (this.#ending ??= this.#readEnding(event));
	}

	async #readEnding(event: WalletOutcome): Promise<void> {
		const outcome = await this.#readOutcome();
		if (!this.#signal.aborted) this.#apply(outcome === 'unreachable' ? event : (outcome ?? event));
	}

	/** Repeats the request while the portal is unreachable. */
	async #readOutcome(): Promise<WalletOutcome | 'unreachable' | null> {
		let outcome = await this.#deps.readOutcome(this.#signal);
		for (const waitMs of retryIntervals(MAX_OUTCOME_READS - 1)) {
			if (outcome !== 'unreachable' || this.#signal.aborted) break;
			this.#showUnreachable(true);
			await this.#deps.pause(waitMs, this.#signal);
			outcome = await this.#deps.readOutcome(this.#signal);
		}
		return outcome;
	}

	/** Navigates once the portal itself responds: the error page of a proxy in its place would end the sign-in. */
	async #leave(path: string): Promise<void> {
		for (const waitMs of retryIntervals()) {
			if (await this.#deps.isReachable(path, this.#pageSignal)) break;
			if (this.#pageSignal.aborted) return;
			this.#showUnreachable(true);
			await this.#deps.pause(waitMs, this.#pageSignal);
		}
		if (!this.#pageSignal.aborted) this.#deps.leave(path);
	}

	#apply(event: FlowEvent, goOnUrl: string | null = null): void {
		const path = follow(this.state, event);
		const isForIdentity = path.includes('identifying');
		const state = isForIdentity ? 'identifying' : path.at(-1);
		if (state === undefined) return;
		this.state = state;
		this.announced = state;
		this.destination = isForIdentity ? IDENTITY_PAGE : goOnUrl;
		if (this.destination !== null) void this.#leave(this.destination);
		if (isForIdentity || isFinal(state)) this.#over.abort();
		else if (state === 'verified') void this.#complete();
	}
}

/** Milliseconds to wait after each attempt: doubled each time up to a limit, for the given number of times. */
function* retryIntervals(times = Infinity): Generator<number> {
	for (let retry = 0; retry < times; retry++) yield Math.min(retryMs * 2 ** retry, longestRetryMs);
}

/** What an update about a session means for the sign-in; `null`: still waiting. */
function eventOfResponse(response: Exclude<StatusUpdate['response'], { kind: 'unreachable' }>): FlowEvent | null {
	if (response.kind === 'status') return eventOf(response.status);
	return response.kind === 'gone' ? 'expired' : 'failed';
}
