import type { SessionStatus } from '../bridge/normalize';
import { type ProblemCode, toProblem } from '../http/problem';
import { type Pace, paceOf, type ReadBudget, usualIntervalMs } from './read-budget';
import type { Credential } from '../bridge/request';

/** `gone`, and a status that never changes again, are the last that is heard of a session. */
export type StatusNews =
	| { readonly kind: 'status'; readonly status: SessionStatus; readonly isLast: boolean }
	| { readonly kind: 'trouble'; readonly code: ProblemCode }
	| { readonly kind: 'gone' };

type StatusListener = (news: StatusNews) => void;

/** An end that has moved by more than this is news. */
const MOVED_MS = 2000;

/** What listeners are told of a status. */
function newsOf(status: SessionStatus): StatusNews {
	return { kind: 'status', status, isLast: paceOf(status.status) === 'final' };
}

/** Whether somebody who knows the one status has to be told of the other. */
export function differs(a: SessionStatus, b: SessionStatus): boolean {
	return (
		a.status !== b.status ||
		a.idvRequired !== b.idvRequired ||
		a.idvRequirementReason !== b.idvRequirementReason ||
		a.reconciliationPlanType !== b.reconciliationPlanType ||
		Math.abs((a.expiresAt ?? 0) - (b.expiresAt ?? 0)) > MOVED_MS
	);
}

export interface WatchWorld {
	readonly read: (id: string, credential: Credential) => Promise<SessionStatus>;
	readonly budget: ReadBudget;
	/** Milliseconds; any clock that goes forward. */
	readonly now: () => number;
	/** Calls back after so many milliseconds; the answer calls it off. */
	readonly after: (ms: number, callBack: () => void) => () => void;
	/** From 0 up to 1. */
	readonly random: () => number;
}

/** Faults make the pauses longer, up to this. */
const LONGEST_PAUSE_MS = 15_000;
/** Reads one session for all who watch it, one read at a time, until nobody does or nothing can change any more. */
export class SessionWatch {
	readonly #listeners = new Map<StatusListener, Credential>();
	#seen: SessionStatus | null = null;
	#pace: Pace = 'scan';
	#faults = 0;
	/** Why the last read failed; null when it did not. */
	#trouble: ProblemCode | null = null;
	#startedMs = -Infinity;
	/** Of the read that is planned; null while one is under way or waits for its turn. */
	#callOff: (() => void) | null = null;
	#isOver = false;
	readonly #id: string;
	readonly #world: WatchWorld;
	readonly #onOver: () => void;

	/** @param onOver hears that this watch has ended: a new one is needed for whoever comes now */
	constructor(id: string, world: WatchWorld, onOver: () => void) {
		this.#id = id;
		this.#world = world;
		this.#onOver = onOver;
		world.budget.count(this.#pace, 1);
		// A crowd that comes at once is spread over the time that one round of reads takes.
		const crowdedMs = this.#intervalMs() - usualIntervalMs[this.#pace];
		this.#plan(world.random() * crowdedMs);
	}

	/** The last credential that came is read with. Answers how to leave; the last one to leave ends the watch. */
	join(listener: StatusListener, credential: Credential): () => void {
		this.#listeners.set(listener, credential);
		if (this.#seen) {
			listener(newsOf(this.#seen));
			this.#hurry();
		}
		if (this.#trouble) listener({ kind: 'trouble', code: this.#trouble });
		return () => {
			this.#listeners.delete(listener);
			if (!this.#hasListeners()) this.#end();
		};
	}

	async #look(): Promise<void> {
		const credential = [...this.#listeners.values()].at(-1);
		if (!credential) return;
		const { read, now } = this.#world;
		this.#startedMs = now();
		try {
			this.#hear(await read(this.#id, credential));
		} catch (error) {
			this.#hearFault(toProblem(error).code);
		}
		if (this.#hasListeners()) this.#plan(this.#startedMs + this.#intervalMs() - now());
	}

	#hear(seen: SessionStatus): void {
		if (!this.#hasListeners()) return;
		const isNews = this.#trouble !== null || !this.#seen || differs(this.#seen, seen);
		this.#faults = 0;
		this.#trouble = null;
		this.#seen = seen;
		if (isNews) this.#tell(newsOf(seen));
		const pace = paceOf(seen.status);
		if (pace === 'final') return this.#end();
		this.#world.budget.count(this.#pace, -1);
		this.#world.budget.count(pace, 1);
		this.#pace = pace;
	}

	#hearFault(code: ProblemCode): void {
		if (!this.#hasListeners()) return;
		if (code === 'not_found') {
			this.#tell({ kind: 'gone' });
			this.#end();
			return;
		}
		this.#faults++;
		if (this.#trouble === null) this.#tell({ kind: 'trouble', code });
		this.#trouble = code;
	}

	#tell(news: StatusNews): void {
		for (const listener of [...this.#listeners.keys()]) listener(news);
	}

	#intervalMs(): number {
		const interval = this.#world.budget.intervalMs(this.#pace);
		return Math.max(interval, Math.min(interval * 2 ** this.#faults, LONGEST_PAUSE_MS));
	}

	/** Who comes to a watch that is waiting gets a fresh answer soon, if there is room. */
	#hurry(): void {
		const { budget, now } = this.#world;
		if (this.#callOff === null || this.#faults > 0 || budget.intervalMs('scan') > usualIntervalMs.scan) return;
		this.#callOff();
		this.#plan(this.#startedMs + usualIntervalMs.open - now());
	}

	#plan(ms: number): void {
		this.#callOff = this.#world.after(Math.max(0, ms), () => {
			this.#callOff = null;
			const turnMs = this.#world.budget.takeTurn();
			if (turnMs > 0) this.#world.after(turnMs, () => void this.#look());
			else void this.#look();
		});
	}

	#hasListeners(): boolean {
		return this.#listeners.size > 0;
	}

	#end(): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#listeners.clear();
		this.#callOff?.();
		this.#world.budget.count(this.#pace, -1);
		this.#onOver();
	}
}

export interface StatusWatches {
	/**
	 * Tells the listener where a session stands, and each change from then on; nothing more after `gone` or a last status.
	 * Answers how to stop.
	 */
	watch(id: string, credential: Credential, listener: StatusListener): () => void;
	/** How many sessions are watched. */
	size(): number;
}

/** One watch per session, however many listen to it. */
export function createStatusWatches(world: WatchWorld): StatusWatches {
	const watches = new Map<string, SessionWatch>();

	function watchOf(id: string): SessionWatch {
		const known = watches.get(id);
		if (known) return known;
		const watch = new SessionWatch(id, world, () => watches.delete(id));
		watches.set(id, watch);
		return watch;
	}

	return {
		watch: (id, credential, listener) => watchOf(id).join(listener, credential),
		size: () => watches.size
	};
}
