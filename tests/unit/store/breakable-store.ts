import { createMemoryStore } from '../../../src/lib/server/store/memory';
import type { Store } from '../../../src/lib/server/store/store';
import type { VirtualClock } from '../virtual-clock';

/** A store that a test takes away and gives back. */
export interface BreakableStore extends Store {
	goAway(): void;
	/** Serves so many calls more before it goes away. */
	goAwayAfter(calls: number): void;
	/** With all it held, or as one that keeps nothing over a restart. */
	comeBack(options?: { readonly isEmpty?: boolean }): void;
	/** How often it was called, in vain too. */
	asked(): number;
}

/** @param latencyMs how long each call takes, on the virtual clock; at once where nothing is said */
export function breakableStore(clock: VirtualClock, latencyMs?: () => number): BreakableStore {
	let store = createMemoryStore(clock);
	let callsLeft = Infinity;
	let asked = 0;

	async function served<Result>(work: () => Promise<Result>): Promise<Result> {
		asked++;
		if (latencyMs) await clock.pause(latencyMs());
		if (callsLeft-- <= 0) throw new Error('the store is away');
		const result = await work();
		if (latencyMs) await clock.pause(latencyMs());
		return result;
	}

	return {
		goAway: () => void (callsLeft = 0),
		goAwayAfter: (calls) => void (callsLeft = calls),
		comeBack({ isEmpty = false } = {}) {
			callsLeft = Infinity;
			if (isEmpty) store = createMemoryStore(clock);
		},
		asked: () => asked,
		read: (key) => served(() => store.read(key)),
		replace: (key, expected, text, lifeMs) => served(() => store.replace(key, expected, text, lifeMs)),
		write: (key, text, lifeMs) => served(() => store.write(key, text, lifeMs)),
		changed: (key, mostMs) => store.changed(key, mostMs),
		close: () => Promise.resolve()
	};
}
