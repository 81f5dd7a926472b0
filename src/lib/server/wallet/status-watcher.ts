import type { SessionStatus } from '../bridge/normalize';
import { logBug } from '../http/endpoint';
import { type ProblemCode, toProblem } from '../http/problem';
import { type PollRate, pollRateOf, type ReadBudget, usualIntervalMs } from './read-budget';
import type { Credential } from '../bridge/request';
import { log } from '../log';

/** An event of a watched session. `gone`, and a status with `isLast`, are the last event of a session. */
export type StatusEvent =
	| { readonly kind: 'status'; readonly status: SessionStatus; readonly isLast: boolean }
	| { readonly kind: 'trouble'; readonly code: ProblemCode }
	| { readonly kind: 'gone' };

type StatusListener = (event: StatusEvent) => void;

/** Listeners are notified if `bridgeExpiresAt` has changed by more than this, in milliseconds. */
const MOVED_MS = 2000;

function statusEvent(status: SessionStatus): StatusEvent {
	return { kind: 'status', status, isLast: pollRateOf(status.status) === 'final' };
}

/** Whether the difference between two statuses is worth an event. */
export function differs(a: SessionStatus, b: SessionStatus): boolean {
	const hasMoved = Math.abs((a.bridgeExpiresAt ?? 0) - (b.bridgeExpiresAt ?? 0)) > MOVED_MS;
	return hasMoved || exactFields(a) !== exactFields(b);
}

/** What an event contains, except for the end, which the Auth Bridge may recompute for each response. */
function exactFields({ bridgeExpiresAt: _end, errorCode: _code, ...fields }: SessionStatus): string {
	return JSON.stringify(fields);
}

interface WatcherDeps {
	readonly read: (id: string, credential: Credential) => Promise<SessionStatus>;
	readonly budget: ReadBudget;
	/** Milliseconds, on a clock that never steps back. */
	readonly now: () => number;
	/** Calls `callBack` once, after `ms` milliseconds. Returns a function that cancels the call. */
	readonly after: (ms: number, callBack: () => void) => () => void;
	/** A number from 0 (inclusive) to 1 (exclusive). */
	readonly random: () => number;
}

/** Each failed read doubles the interval, up to this many milliseconds. A longer interval of the budget stays as it is. */
const LONGEST_PAUSE_MS = 15_000;
/** Reads one session's status for all its listeners, one read at a time, until none is left or the status is final. */
class StatusWatcher {
	readonly #listeners = new Map<StatusListener, Credential>();
	#seen: SessionStatus | null = null;
	#rate: PollRate = 'scan';
	#faults = 0;
	/** Why the last read failed; null if it succeeded. */
	#failure: ProblemCode | null = null;
	#startedMs = -Infinity;
	/** Cancels the scheduled read. Null while a read is in flight or waits for its slot. */
	#cancelRead: (() => void) | null = null;
	#isOver = false;
	readonly #id: string;
	readonly #deps: WatcherDeps;
	readonly #onOver: () => void;

	/** @param onOver called when this watcher ends; later listeners need a new one */
	constructor(id: string, deps: WatcherDeps, onOver: () => void) {
		this.#id = id;
		this.#deps = deps;
		this.#onOver = onOver;
		deps.budget.count(this.#rate, 1);
		// If many sessions start at the same time, their first reads are spread over about one of the longer intervals.
		const crowdedMs = this.#intervalMs() - usualIntervalMs[this.#rate];
		this.#plan(deps.random() * crowdedMs);
	}

	/**
	 * Adds a listener and notifies it of the last known state, if there is one. Reads use the newest listener's credential.
	 * @returns removes the listener; the watcher ends when no listener is left
	 */
	addListener(listener: StatusListener, credential: Credential): () => void {
		this.#listeners.set(listener, credential);
		if (this.#seen) {
			this.#send(statusEvent(this.#seen), listener);
			this.#readSoon();
		}
		if (this.#failure) this.#send({ kind: 'trouble', code: this.#failure }, listener);
		return () => {
			this.#listeners.delete(listener);
			if (!this.#hasListeners()) this.#end();
		};
	}

	async #readStatus(): Promise<void> {
		const credential = [...this.#listeners.values()].at(-1);
		if (!credential) return;
		const { read, now } = this.#deps;
		this.#startedMs = now();
		let seen: SessionStatus | null = null;
		try {
			seen = await read(this.#id, credential);
		} catch (error) {
			this.#onReadError(error, credential);
		}
		if (seen) this.#receive(seen);
		if (this.#hasListeners()) this.#plan(this.#startedMs + this.#intervalMs() - now());
	}

	#receive(seen: SessionStatus): void {
		if (!this.#hasListeners()) return;
		const isChange = this.#failure !== null || !this.#seen || differs(this.#seen, seen);
		this.#faults = 0;
		this.#failure = null;
		this.#seen = seen;
		if (isChange) this.#notify(statusEvent(seen));
		if (this.#isOver) return;
		const rate = pollRateOf(seen.status);
		if (rate === 'final') return this.#end();
		this.#deps.budget.count(this.#rate, -1);
		this.#deps.budget.count(rate, 1);
		this.#rate = rate;
	}

	#onReadError(error: unknown, { requestId }: Credential): void {
		if (!this.#hasListeners()) return;
		const { code } = toProblem(error);
		if (code === 'not_found') {
			this.#notify({ kind: 'gone' });
			this.#end();
			return;
		}
		this.#faults++;
		if (this.#failure !== code) logBug(error, requestId);
		if (this.#failure === null) this.#notify({ kind: 'trouble', code });
		this.#failure = code;
	}

	#notify(event: StatusEvent): void {
		for (const listener of [...this.#listeners.keys()]) this.#send(event, listener);
	}

	/** An error of a listener is a bug. It must not reach the other listeners, nor count as a failed read. */
	#send(event: StatusEvent, listener: StatusListener): void {
		const requestId = this.#listeners.get(listener)?.requestId;
		try {
			listener(event);
		} catch (error) {
			log.error('unexpected error', { requestId, where: 'application', error });
		}
	}

	#intervalMs(): number {
		const interval = this.#deps.budget.intervalMs(this.#rate);
		return Math.max(interval, Math.min(interval * 2 ** this.#faults, LONGEST_PAUSE_MS));
	}

	/** Moves the scheduled read forward for a new listener, if the budget has room and the last read did not fail. */
	#readSoon(): void {
		const { budget, now } = this.#deps;
		if (this.#cancelRead === null || this.#faults > 0 || budget.intervalMs('scan') > usualIntervalMs.scan) return;
		this.#cancelRead();
		this.#plan(this.#startedMs + usualIntervalMs.open - now());
	}

	#plan(ms: number): void {
		this.#cancelRead = this.#deps.after(Math.max(0, ms), () => {
			this.#cancelRead = null;
			const turnMs = this.#deps.budget.takeTurn();
			if (turnMs > 0) this.#deps.after(turnMs, () => void this.#readStatus());
			else void this.#readStatus();
		});
	}

	#hasListeners(): boolean {
		return this.#listeners.size > 0;
	}

	#end(): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#listeners.clear();
		this.#cancelRead?.();
		this.#deps.budget.count(this.#rate, -1);
		this.#onOver();
	}
}

export interface StatusWatchers {
	/**
	 * Notifies the listener of the session's status and of each change. There are no events after `gone` or a status with
	 * `isLast`.
	 * @returns removes this listener from the watcher
	 */
	watch(id: string, credential: Credential, listener: StatusListener): () => void;
}

/** Creates one watcher per session, which all listeners of that session share. */
export function createStatusWatchers(deps: WatcherDeps): StatusWatchers {
	const watchers = new Map<string, StatusWatcher>();

	function watcherOf(id: string): StatusWatcher {
		const known = watchers.get(id);
		if (known) return known;
		const watcher = new StatusWatcher(id, deps, () => watchers.delete(id));
		watchers.set(id, watcher);
		return watcher;
	}

	return {
		watch: (id, credential, listener) => watcherOf(id).addListener(listener, credential)
	};
}
