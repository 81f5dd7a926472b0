import { type BoundedCache, createBoundedCache } from '../cache';

/**
 * The kind of a store key: the part before the first colon, and the colon; empty if there is no colon. The portal's code
 * defines the kinds, so their number is fixed.
 */
export function kindOf(key: string): string {
	return key.slice(0, key.indexOf(':') + 1);
}

/** Of revocations also the second part: many sign-outs (`deny:id:`) do not evict revocations of people (`deny:user:`). */
function groupOf(key: string): string {
	const kind = kindOf(key);
	return kind === 'deny:' ? kind + kindOf(key.slice(kind.length)) : kind;
}

const isRevocation = (key: string) => ['deny:', 'deny-all:'].includes(kindOf(key));

/** How many of the least recently used entries of a kind are examined at once, to remove expired ones. */
const EXAMINED = 16;

interface Expiring {
	readonly untilMs: number;
}

interface ByKindOptions<Value> {
	/** Limit for all revocations, and for all other entries together, in bytes. */
	readonly maxBytes: number;
	/** The estimated size of a value, in bytes. Keys count by their length. */
	readonly bytesOf: (value: Value) => number;
	/** Milliseconds, on a clock that never steps back. */
	readonly now: () => number;
}

/**
 * Entries by the kind of their key. If they are full, the least recently used entry of the largest kind is evicted: many entries of
 * one kind do not evict the few of another, and a kind may use what the others leave. Revocations have a limit of their own:
 * nothing else evicts them.
 */
export function createByKind<Value extends Expiring>({ maxBytes, bytesOf, now }: ByKindOptions<Value>) {
	const all = new Map<string, BoundedCache<Value>>();

	function entriesOf(key: string): BoundedCache<Value> {
		const group = groupOf(key);
		const entries = all.get(group) ?? createBoundedCache<Value>({ maxBytes, bytesOf });
		all.set(group, entries);
		return entries;
	}

	function removeExpired(entries: BoundedCache<Value>): void {
		const oldest = entries.rkeys();
		for (let examined = 0; examined < EXAMINED; examined++) {
			const { value: key, done } = oldest.next();
			if (done) return;
			const found = entries.peek(key);
			if (found && found.untilMs <= now()) entries.delete(key);
		}
	}

	function makeRoom(isForRevocations: boolean): void {
		const kinds = [...all].filter(([group]) => isRevocation(group) === isForRevocations).map(([, entries]) => entries);
		const isFull = () => kinds.reduce((bytes, entries) => bytes + entries.calculatedSize, 0) > maxBytes;
		if (!isFull()) return;
		kinds.forEach(removeExpired);
		while (isFull()) kinds.reduce((a, b) => (b.calculatedSize > a.calculatedSize ? b : a)).pop();
	}

	return {
		/** All entries so far, by the part of their keys that they share, which begins with the kind. */
		all: all as ReadonlyMap<string, BoundedCache<Value>>,

		/** The entries of the kind of a key. */
		of: entriesOf,

		/** Adds or replaces an entry, and removes expired ones. */
		set(key: string, value: Value): void {
			const entries = entriesOf(key);
			removeExpired(entries);
			entries.set(key, value);
			makeRoom(isRevocation(key));
		}
	};
}
