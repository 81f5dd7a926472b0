import { createBoundedCache } from '../cache';

/**
 * Counts one request of a key.
 * @returns 0 when it is within the limit, else the milliseconds until the key's next window
 */
export type Limiter = (key: string) => number | Promise<number>;

interface MemoryLimiterOptions {
	/** How many requests of one key are within the limit in one window. */
	readonly points: number;
	readonly windowMs: number;
	/** For all counts together; the least recently counted keys go first. */
	readonly maxBytes?: number;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

interface Count {
	readonly endsAtMs: number;
	requests: number;
}

/** About 50,000 keys. */
export const MAX_COUNT_BYTES = 16 * 1024 ** 2;
const COUNT_BYTES = 32;

/** Counts in this process. Callers can choose new keys at will, so that the counts are bounded in bytes. */
export function createMemoryLimiter({
	points,
	windowMs,
	maxBytes = MAX_COUNT_BYTES,
	now = () => performance.now()
}: MemoryLimiterOptions): (key: string) => number {
	const counts = createBoundedCache<Count>({ maxBytes, bytesOf: () => COUNT_BYTES });
	return (key) => {
		const nowMs = now();
		let count = counts.get(key);
		if (!count || count.endsAtMs <= nowMs) {
			count = { endsAtMs: nowMs + windowMs, requests: 0 };
			counts.set(key, count);
		}
		count.requests += 1;
		return count.requests > points ? count.endsAtMs - nowMs : 0;
	};
}
