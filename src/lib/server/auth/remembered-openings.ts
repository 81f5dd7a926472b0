import { createSharedReads } from '../bridge/shared-reads';
import type { Seal } from './seal';

/** A browser that asks every second brings the same cookies each time. */
const REMEMBERED_MS = 60_000;
/** About 10 kB for each of the largest, which hold tokens. */
const MOST_REMEMBERED = 2000;

/**
 * A seal that opens the same text once a minute, however many requests bring it: what a text holds never changes.
 * Callers share the value: they parse it, which copies.
 * @param now Unix time in milliseconds
 */
export function rememberOpenings(seal: Seal, now: () => number): Seal {
	const openings = createSharedReads<Awaited<ReturnType<Seal['open']>>>({
		maxAgeMs: REMEMBERED_MS,
		maxEntries: MOST_REMEMBERED,
		now
	});
	return {
		seal: (value) => seal.seal(value),
		open: (text) => openings.read(text, () => seal.open(text))
	};
}
