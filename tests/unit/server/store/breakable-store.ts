import { createMemoryStore, DataLost, type Store } from '$lib/server/store/store';
import type { VirtualClock } from '../../virtual-clock';

/** A store that a test takes away and gives back. */
interface BreakableStore extends Store {
	goAway(): void;
	/** Goes on serving reads, and refuses every write, as a replica does. */
	refuseWrites(): void;
	/** Serves so many calls more before it goes away. */
	goAwayAfter(calls: number): void;
	/** Fails the next call, and no other. */
	failOnce(): void;
	/** Does the next call, and fails all the same. */
	loseReply(): void;
	/** Refuses writes of this key only. */
	refuse(key: string): void;
	/** Takes writes of that key again. */
	accept(key: string): void;
	/** The keys that were written, in order. */
	written(): readonly string[];
	/** With all it held, or as one that keeps nothing over a restart. */
	comeBack(options?: { readonly isEmpty?: boolean }): void;
	/** Loses all it held, without any interruption. */
	forget(): void;
	/** Loses one entry. */
	drop(key: string): void;
	/** A connection of another process. */
	connect(): Store;
	/** How often it was called, in vain too. */
	asked(): number;
}

/** @param latencyMs how long each call takes, on the virtual clock; at once where nothing is said */
export function breakableStore(clock: VirtualClock, latencyMs?: () => number): BreakableStore {
	let store = createMemoryStore(clock);
	let callsLeft = Infinity;
	let takesWrites = true;
	let asked = 0;
	let failures = 0;
	let isReplyLost = false;
	/** Counts how often everything was lost. */
	let losses = 0;
	const refused = new Set<string>();
	const keys: string[] = [];

	/** @param arrivals those of the connection: what is sent first arrives first */
	async function served<Result>(work: () => Promise<Result>, arrivals: { last: Promise<unknown> }): Promise<Result> {
		asked++;
		if (latencyMs) await (arrivals.last = Promise.all([arrivals.last, clock.pause(latencyMs())]));
		if (failures-- > 0 || callsLeft-- <= 0) throw new Error('the store is away');
		const result = await work();
		if (isReplyLost) {
			isReplyLost = false;
			throw new Error('the reply is lost');
		}
		if (latencyMs) await clock.pause(latencyMs());
		return result;
	}

	function forget(): void {
		store = createMemoryStore(clock);
		losses++;
	}

	/** A connection of one process, which notices losses for itself. */
	function connect(): Store {
		let lossesSeen: number | undefined;
		const hasLost = () => lossesSeen !== undefined && lossesSeen !== losses;
		const arrivals = { last: Promise.resolve() as Promise<unknown> };
		const changing = <Result>(key: string, work: () => Promise<Result>): Promise<Result> =>
			served(() => {
				if (!takesWrites || refused.has(key)) return Promise.reject(new Error('READONLY'));
				keys.push(key);
				return work();
			}, arrivals);
		return {
			read: (key) => served(() => store.read(key), arrivals),
			replace: (key, expected, text, lifeMs) =>
				changing(key, () => {
					if (expected === null && hasLost()) throw new DataLost();
					return store.replace(key, expected, text, lifeMs);
				}),
			write: (key, text, lifeMs) => changing(key, () => store.write(key, text, lifeMs)),
			remainingMs: (key) => served(() => store.remainingMs(key), arrivals),
			verify: () =>
				changing('verify', () => {
					const isKept = !hasLost();
					lossesSeen = losses;
					return Promise.resolve(isKept);
				}),
			changed: (key, maxMs) => store.changed(key, maxMs),
			close: () => Promise.resolve()
		};
	}

	return {
		failOnce: () => void (failures = 1),
		loseReply: () => void (isReplyLost = true),
		refuse: (key) => void refused.add(key),
		accept: (key) => void refused.delete(key),
		written: () => keys.filter((key) => key !== 'verify'),
		refuseWrites: () => void (takesWrites = false),
		goAway: () => void (callsLeft = 0),
		goAwayAfter: (calls) => void (callsLeft = calls),
		comeBack({ isEmpty = false } = {}) {
			callsLeft = Infinity;
			takesWrites = true;
			if (isEmpty) forget();
		},
		forget,
		drop: (key) => store.remove(key),
		asked: () => asked,
		connect,
		...connect()
	};
}
