import { afterTimeout } from '../clock';
import { type BoundedCache, createBoundedCache } from '../cache';
import { createByKind, type Entry, type Store } from './store';

interface CacheEntry {
	readonly entry: Entry;
	readonly untilMs: number;
}

export interface MemoryStore extends Store {
	/** Removes an entry without notifying callers that wait for its key. */
	readonly remove: (key: string) => void;
}

interface MemoryStoreOptions {
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
	/** Calls back after that many milliseconds; the returned function cancels it. */
	readonly after?: (ms: number, callBack: () => void) => () => void;
	/** Limit for all entries of one kind of key; the least recently used are evicted. */
	readonly maxBytesPerKind?: number;
}

/** About 200,000 revocations, or 8,000 results of token calls. */
export const MAX_BYTES_PER_KIND = 64 * 1024 ** 2;
/** How many of the least recently used entries each write examines, to remove expired ones. */
const EXAMINED_PER_WRITE = 16;

/**
 * A store for one process. Each write removes expired entries. Each kind of key has a separate limit, so that entries that
 * anonymous requests create never evict revocations.
 */
export function createMemoryStore({
	now = () => performance.now(),
	after,
	maxBytesPerKind = MAX_BYTES_PER_KIND
}: MemoryStoreOptions = {}): MemoryStore {
	const entries = createByKind(() =>
		createBoundedCache<CacheEntry>({ maxBytes: maxBytesPerKind, bytesOf: ({ entry }) => entry.text.length })
	);
	const wakers = createWakers(after);
	let writes = 0;

	function find(key: string): CacheEntry | null {
		const cached = entries.of(key);
		const found = cached.get(key);
		if (!found) return null;
		if (found.untilMs > now()) return found;
		cached.delete(key);
		return null;
	}

	function removeExpired(cached: BoundedCache<CacheEntry>): void {
		const oldest = cached.rkeys();
		for (let examined = 0; examined < EXAMINED_PER_WRITE; examined++) {
			const { value: key, done } = oldest.next();
			if (done) return;
			const found = cached.peek(key);
			if (found && found.untilMs <= now()) cached.delete(key);
		}
	}

	function put(key: string, text: string, lifeMs: number): void {
		const cached = entries.of(key);
		removeExpired(cached);
		cached.set(key, { entry: { text, mark: String(++writes) }, untilMs: now() + lifeMs });
		wakers.wake(key);
	}

	return {
		read: (key) => Promise.resolve(find(key)?.entry ?? null),

		replace(key, expected, text, lifeMs) {
			const isExpected = find(key)?.entry.mark === expected?.mark;
			if (isExpected) put(key, text, lifeMs);
			return Promise.resolve(isExpected);
		},

		write(key, text, lifeMs) {
			put(key, text, lifeMs);
			return Promise.resolve();
		},

		remainingMs(key) {
			const found = find(key);
			return Promise.resolve(found && found.untilMs - now());
		},

		changed: (key, mostMs) => wakers.wait(key, mostMs),

		verify: () => Promise.resolve(true),

		remove(key) {
			entries.of(key).delete(key);
		},

		close: () => Promise.resolve()
	};
}

/** Callers that wait for a key to change. */
interface Wakers {
	/** Resolves when `wake` is called for the key, or after `mostMs`. */
	wait(key: string, mostMs: number): Promise<void>;
	wake(key: string): void;
}

type After = (ms: number, callBack: () => void) => () => void;

/** @param after calls back after that many milliseconds; the returned function cancels it */
export function createWakers(after: After = afterTimeout): Wakers {
	const waiting = new Map<string, Set<() => void>>();
	return {
		wait(key, mostMs) {
			return new Promise((resolve) => {
				const wakers = waiting.get(key) ?? new Set();
				waiting.set(key, wakers);
				const wake = () => {
					callOff();
					wakers.delete(wake);
					if (wakers.size === 0) waiting.delete(key);
					resolve();
				};
				const callOff = after(mostMs, wake);
				wakers.add(wake);
			});
		},
		wake(key) {
			for (const wake of waiting.get(key) ?? []) wake();
		}
	};
}
