import { afterTimeout } from '../clock';
import { detached } from '../cache';
import { createByKind } from './by-kind';

/**
 * The store that instances share: small, short-lived texts with compare-and-set. People stay signed in without it, because
 * sessions are in cookies.
 */
export interface Store {
	/** The text at a key, with the mark that `replace` expects; null if there is none or it has expired. */
	readonly read: (key: string) => Promise<Entry | null>;
	/**
	 * Replaces the entry that was read with a text, unless the entry has changed.
	 * @param expected what was read; null for no entry
	 * @param text a text that no other caller writes at this key, or that means the same: a call whose reply was lost is
	 * repeated
	 * @param lifeMs how long it stays, in milliseconds
	 * @returns false if the entry has changed; then nothing was written
	 * @throws {DataLost} if no entry was expected, and the store has lost its data
	 */
	readonly replace: (key: string, expected: Entry | null, text: string, lifeMs: number) => Promise<boolean>;
	/** Writes a text at a key, regardless of what the key contains. */
	readonly write: (key: string, text: string, lifeMs: number) => Promise<void>;
	/**
	 * How many milliseconds the text at a key remains, by the store's own clock, so that every instance gets the same
	 * number. Null if there is no text, or if this kind of store has no clock.
	 */
	readonly remainingMs: (key: string) => Promise<number | null>;
	/** Resolves when the key has changed, or after `maxMs`; possibly sooner. */
	readonly changed: (key: string, maxMs: number) => Promise<void>;
	/**
	 * Writes a text and reads it back.
	 * @returns false if the text of the last call is gone: the store has then lost its data
	 * @throws if the store does not accept the text, or returns another one
	 */
	readonly verify: () => Promise<boolean>;
	/** Closes connections. */
	readonly close: () => Promise<void>;
}

export interface Entry {
	readonly text: string;
	/** Opaque; belongs to the store that returned it. */
	readonly mark: string;
}

/**
 * The configured store cannot be opened. The message is for the operator. The server entry is another bundle, and knows this
 * error by its name.
 */
export class StoreNotOpened extends Error {
	override readonly name = 'StoreNotOpened';
}

/** The server that `REDIS_URL` leads to responds, but it is of a kind that can't be the shared store. */
export class WrongServer extends Error {
	override readonly name = 'WrongServer';
	/** What the server is, as in "leads to …" or "is …". */
	readonly what: string;
	/** What the operator should do. */
	readonly advice: string;
	/** False if it may become the right one by itself: a replica may become the primary. */
	readonly isLasting: boolean;

	/** @param reply the reply that shows what the server is */
	constructor({ what, advice, isLasting }: Pick<WrongServer, 'what' | 'advice' | 'isLasting'>, reply: string) {
		super(`REDIS_URL leads to ${what} (${reply})`);
		this.what = what;
		this.advice = advice;
		this.isLasting = isLasting;
	}
}

/** The shared store does not serve a call that only it can serve, so the outcome is unknown. */
export class StoreUnavailable extends Error {
	override readonly name = 'StoreUnavailable';

	/** @param cause what the last call or check of the store failed with */
	constructor(cause?: unknown) {
		super('the shared store is unavailable', { cause });
	}
}

/**
 * The shared store without the process's own copies, for data of which an old copy is worse than none.
 * Calls throw `StoreUnavailable` while the shared store is unavailable.
 */
export type SharedOnly = Pick<Store, 'read' | 'replace' | 'write'>;

/** The store no longer contains what this process wrote last, so the absence of an entry proves nothing. */
export class DataLost extends Error {
	override readonly name = 'DataLost';
}

/** Flat, because there may be 100,000 of them: an `Entry` in it would need a third more memory. */
interface CacheEntry {
	readonly text: string;
	readonly mark: number;
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
	/** Limit for all revocations, and for all other entries together, in bytes (`createByKind`). */
	readonly maxBytes?: number;
}

/** The maximum length of a value with text of ASCII characters: Deno KV stores at most 64 KiB. */
export const MAX_VALUE_CHARACTERS = 60_000;

/** About 75,000 revocations, and 5,000 results of token calls. */
export const MAX_BYTES = 24 * 1024 ** 2;
/** What an entry's text and numbers need in addition to the characters. */
const VALUE_BYTES = 32;

/** A store for one process. Each write removes expired entries. */
export function createMemoryStore({
	now = () => performance.now(),
	after,
	maxBytes = MAX_BYTES
}: MemoryStoreOptions = {}): MemoryStore {
	const entries = createByKind<CacheEntry>({ maxBytes, bytesOf: ({ text }) => VALUE_BYTES + text.length, now });
	const keyWaiters = createKeyWaiters(after);
	let writes = 0;

	function find(key: string): CacheEntry | null {
		const ofKind = entries.of(key);
		const found = ofKind.get(key);
		if (!found) return null;
		if (found.untilMs > now()) return found;
		ofKind.delete(key);
		return null;
	}

	function entryAt(key: string): Entry | null {
		const found = find(key);
		return found && { text: found.text, mark: String(found.mark) };
	}

	function put(key: string, text: string, lifeMs: number): void {
		entries.set(key, { text: detached(text), mark: ++writes, untilMs: now() + lifeMs });
		keyWaiters.wake(key);
	}

	return {
		read: (key) => Promise.resolve(entryAt(key)),

		replace(key, expected, text, lifeMs) {
			const isExpected = entryAt(key)?.mark === expected?.mark;
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

		changed: (key, maxMs) => keyWaiters.wait(key, maxMs),

		verify: () => Promise.resolve(true),

		remove(key) {
			entries.of(key).delete(key);
		},

		close: () => Promise.resolve()
	};
}

/** Callers that wait for a key to change. */
interface KeyWaiters {
	/** Resolves when `wake` is called for the key, or after `maxMs`. */
	wait(key: string, maxMs: number): Promise<void>;
	wake(key: string): void;
}

type After = (ms: number, callBack: () => void) => () => void;

/** @param after calls back after that many milliseconds; the returned function cancels it */
export function createKeyWaiters(after: After = afterTimeout): KeyWaiters {
	const waiting = new Map<string, Set<() => void>>();
	return {
		wait(key, maxMs) {
			return new Promise((resolve) => {
				const keyWaiters = waiting.get(key) ?? new Set();
				waiting.set(key, keyWaiters);
				const wake = () => {
					cancel();
					keyWaiters.delete(wake);
					if (keyWaiters.size === 0) waiting.delete(key);
					resolve();
				};
				const cancel = after(maxMs, wake);
				keyWaiters.add(wake);
			});
		},
		wake(key) {
			for (const wake of waiting.get(key) ?? []) wake();
		}
	};
}
