import { LRUCache } from 'lru-cache';

/**
 * The overhead of an entry in bytes, in addition to its key and value: slots in two maps and lists, and the objects
 * themselves.
 */
const ENTRY_BYTES = 256;

interface BoundedCacheOptions<Value> {
	/** Limit for all entries together, in bytes. */
	readonly maxBytes: number;
	/** The estimated size of a value, in bytes. Keys count by their length. */
	readonly bytesOf: (value: Value) => number;
	/** How long an entry stays, in milliseconds; default: until it is evicted. */
	readonly ttlMs?: number;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

export type BoundedCache<Value extends object> = LRUCache<string, Value>;

/**
 * A map for entries that requests or upstream responses create. It is bounded in bytes, so that long keys or values can't
 * fill the memory. The least recently used entries are evicted first. An entry larger than the whole cache is not stored.
 */
export function createBoundedCache<Value extends object>({
	maxBytes,
	bytesOf,
	ttlMs = 0,
	now = () => performance.now()
}: BoundedCacheOptions<Value>): BoundedCache<Value> {
	return new LRUCache<string, Value>({
		maxSize: maxBytes,
		sizeCalculation: (value, key) => ENTRY_BYTES + key.length + bytesOf(value),
		ttl: ttlMs,
		// Without this the cache sets a timer at almost every use.
		ttlResolution: 0,
		perf: { now }
	});
}

/**
 * A copy in one piece. V8 keeps all of a text of which another one is a part, such as a header, and each part of a text that
 * was joined, such as a UUID.
 */
export function detached(text: string): string {
	return Buffer.from(text).toString();
}

/** Returns a function that finds a text on its first call and caches it. Most requests never need the text. */
export function lazy<Value extends string>(find: () => Value): () => Value {
	let found: Value | undefined;
	return () => (found ??= find());
}

interface SharedReadsOptions<Value> {
	/**
	 * Maximum age of a response in milliseconds, counted from the start of its read. 0: only reads in flight are shared.
	 */
	readonly maxAgeMs: number;
	/** Limit for all cached responses and reads in flight together, in bytes; the oldest are evicted first. */
	readonly maxBytes: number;
	/** The estimated size of a response, in bytes. Keys count by their length. */
	readonly bytesOf: (value: Value) => number;
	/** Milliseconds, on any clock that goes forward. */
	readonly now?: () => number;
}

interface SharedReads<Value> {
	/** Returns the response for a key: a cached one that is fresh, the one in flight, or that of a new read. */
	read(key: string, load: () => Promise<Value>): Promise<Value>;
	/**
	 * The same, for callers that read a key repeatedly. Shortly before a response expires, it is still returned, and the
	 * next one is read in the background.
	 */
	readAhead(key: string, load: () => Promise<Value>): Promise<Value>;
	/** Call this after changing what is read: then no caller gets a response from before the change. */
	forget(key: string): void;
}

/**
 * The last part of a response's lifetime, in which the next one is already read, as a fraction: `min`, and at most
 * `spread` more. Long enough for a read on a busy machine, so that no caller has to wait for it.
 */
const AHEAD = { min: 0.35, spread: 0.2 };
/**
 * The additional part varies by the golden ratio. Otherwise, entries that were read at the same time would all be read
 * again at the same time.
 */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

interface Entry<Value> {
	readonly startedAtMs: number;
	/** From this time on, `readAhead` reads the next response. */
	readonly aheadAtMs: number;
	readonly response: Promise<Value>;
	settled: boolean;
	/** The size of the entry in bytes, as far as known. */
	bytes: number;
	/** The entry that replaces this one, while it is read. */
	next: Entry<Value> | null;
}

/** The overhead of a shared read in bytes, in addition to its key and response: a few promises and callbacks. */
const READ_BYTES = 512;

/**
 * Lets many callers share one upstream read per key. Callers that wait for a read share its failure, which is never cached.
 * Uses no timers.
 */
export function createSharedReads<Value>({
	maxAgeMs,
	maxBytes,
	bytesOf,
	now = () => performance.now()
}: SharedReadsOptions<Value>): SharedReads<Value> {
	const entries = new Map<string, Entry<Value>>();
	let bytes = 0;
	let phase = 0.25;

	const ageMs = (entry: Entry<Value>) => now() - entry.startedAtMs;
	const stale = (entry: Entry<Value>) => entry.settled && ageMs(entry) >= maxAgeMs;

	function remove(key: string): void {
		bytes -= entries.get(key)?.bytes ?? 0;
		entries.delete(key);
	}

	const drop = (key: string, entry: Entry<Value>) => {
		if (entries.get(key) === entry) remove(key);
	};

	// Entries are in the order in which their reads started, so the sweep stops at the first fresh one.
	function makeRoom(neededBytes: number): void {
		for (const [key, entry] of entries) {
			const isFull = bytes + neededBytes > maxBytes;
			if (!isFull && ageMs(entry) < maxAgeMs) return;
			if (isFull || entry.settled) remove(key);
		}
	}

	function put(key: string, entry: Entry<Value>): Promise<Value> {
		remove(key);
		makeRoom(entry.bytes);
		entries.set(key, entry);
		bytes += entry.bytes;
		return entry.response;
	}

	function settle(key: string, entry: Entry<Value>, value: Value): void {
		entry.settled = true;
		const valueBytes = bytesOf(value);
		entry.bytes += valueBytes;
		if (entries.get(key) !== entry) return;
		bytes += valueBytes;
		if (stale(entry)) remove(key);
		else makeRoom(0);
	}

	function begin(key: string, load: () => Promise<Value>): Entry<Value> {
		const startedAtMs = now();
		const aheadAtMs = startedAtMs + maxAgeMs * (1 - AHEAD.min - AHEAD.spread * phase);
		phase = (phase + GOLDEN_RATIO) % 1;
		const entry: Entry<Value> = {
			startedAtMs,
			aheadAtMs,
			response: load(),
			settled: false,
			bytes: READ_BYTES + key.length,
			next: null
		};
		entry.response.then(
			(value) => settle(key, entry, value),
			() => drop(key, entry)
		);
		return entry;
	}

	function follow(key: string, entry: Entry<Value>, load: () => Promise<Value>): void {
		const next = begin(key, load);
		entry.next = next;
		next.response.then(
			() => {
				if (entries.get(key) === entry) void put(key, next);
			},
			() => (entry.next = null)
		);
	}

	function read(key: string, load: () => Promise<Value>): Promise<Value> {
		const entry = entries.get(key);
		return entry && !stale(entry) ? entry.response : put(key, entry?.next ?? begin(key, load));
	}

	return {
		read,
		readAhead(key, load) {
			const entry = entries.get(key);
			const isAged = entry?.settled && !stale(entry) && now() >= entry.aheadAtMs;
			if (isAged && !entry.next) follow(key, entry, load);
			return read(key, load);
		},
		forget: remove
	};
}
