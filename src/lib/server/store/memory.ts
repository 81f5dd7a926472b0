import type { Entry, Store } from './store';
import { createWakers } from './wakers';

interface Held {
	readonly entry: Entry;
	readonly untilMs: number;
}

interface MemoryStoreOptions {
	/** Unix time in milliseconds. */
	readonly now?: () => number;
	/** Calls back after that many milliseconds, and can be called off. */
	readonly after?: (ms: number, callBack: () => void) => () => void;
	/** How many entries there may be, of protected keys and of the others each; the oldest make room. */
	readonly mostEntries?: number;
	/** Which keys never make room for others. */
	readonly isProtected?: (key: string) => boolean;
}

const WRITES_PER_SWEEP = 1000;

/** A store for one process. Expired entries are removed in sweeps, the oldest ones when there are too many. */
export function createMemoryStore({
	now = Date.now,
	after,
	mostEntries = 100_000,
	isProtected = () => false
}: MemoryStoreOptions = {}): Store {
	const entries = { protected: new Map<string, Held>(), other: new Map<string, Held>() };
	const entriesLike = (key: string) => (isProtected(key) ? entries.protected : entries.other);
	const wakers = createWakers(after);
	let writes = 0;

	function find(key: string): Entry | null {
		const held = entriesLike(key);
		const found = held.get(key);
		if (found && found.untilMs <= now()) held.delete(key);
		return found && found.untilMs > now() ? found.entry : null;
	}

	function sweep(): void {
		for (const held of [entries.protected, entries.other])
			for (const [key, { untilMs }] of held) if (untilMs <= now()) held.delete(key);
	}

	function put(key: string, text: string, lifeMs: number): void {
		const held = entriesLike(key);
		held.delete(key);
		if (writes % WRITES_PER_SWEEP === 0) sweep();
		for (const oldest of held.keys()) {
			if (held.size < mostEntries) break;
			held.delete(oldest);
		}
		held.set(key, { entry: { text, mark: String(++writes) }, untilMs: now() + lifeMs });
		wakers.wake(key);
	}

	return {
		read: (key) => Promise.resolve(find(key)),

		replace(key, expected, text, lifeMs) {
			const isExpected = find(key)?.mark === expected?.mark;
			if (isExpected) put(key, text, lifeMs);
			return Promise.resolve(isExpected);
		},

		write(key, text, lifeMs) {
			put(key, text, lifeMs);
			return Promise.resolve();
		},

		changed: (key, mostMs) => wakers.wait(key, mostMs),

		verify: () => Promise.resolve(),

		close: () => Promise.resolve()
	};
}
