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

/** Returns a function that finds a text on its first call and caches it. Most requests never need the text. */
export function lazy<Value extends string>(find: () => Value): () => Value {
	let found: Value | undefined;
	return () => (found ??= find());
}
