/**
 * What instances share to act as one: small, short-lived texts with compare-and-set. Nothing in it is needed to stay
 * signed in: sessions live in cookies.
 */
export interface Store {
	/** The text at a key, with the mark that `replace` expects; null when there is none, or no longer. */
	readonly read: (key: string) => Promise<Entry | null>;
	/**
	 * Puts a text in the place of what was read (null: of nothing).
	 * @param text one that no other caller writes there, or that means the same: a call whose reply is lost is repeated
	 * @param lifeMs how long it stays, in whole milliseconds
	 * @returns false, and nothing is changed, when something else stands there by now
	 * @throws {DataLost} where nothing was expected, and the store has lost what it held
	 */
	readonly replace: (key: string, expected: Entry | null, text: string, lifeMs: number) => Promise<boolean>;
	/** Puts a text, whatever stands there. */
	readonly write: (key: string, text: string, lifeMs: number) => Promise<void>;
	/**
	 * How many milliseconds longer the text at a key stays, by the store's own clock: every instance gets the same number.
	 * Null when there is none, or when this kind of store has no clock of its own.
	 */
	readonly remainingMs: (key: string) => Promise<number | null>;
	/** Resolves when the key has changed, or after `mostMs`; perhaps sooner. */
	readonly changed: (key: string, mostMs: number) => Promise<void>;
	/**
	 * Writes a text and reads it back.
	 * @returns false when what the last call wrote is gone: then the store has lost what it held
	 * @throws when the store does not take it or returns another
	 */
	readonly verify: () => Promise<boolean>;
	/** Closes connections. */
	readonly close: () => Promise<void>;
}

export interface Entry {
	readonly text: string;
	/** Opaque; belongs to the store that gave it. */
	readonly mark: string;
}

/** The store does not hold what this process had it write last: an absent entry says nothing. */
export class DataLost extends Error {
	override readonly name = 'DataLost';
}

/**
 * What stands before the first colon of a store's key, colon included; empty without one. The portal's code decides the kinds,
 * so there is a fixed number of them.
 */
export function kindOf(key: string): string {
	return key.slice(0, key.indexOf(':') + 1);
}

/** One collection per kind of key: entries of one kind never make room for another kind's. */
interface ByKind<Collection> {
	/** The collection for a key. */
	readonly of: (key: string) => Collection;
	/** All collections so far, by kind. */
	readonly all: ReadonlyMap<string, Collection>;
}

export function createByKind<Collection>(create: () => Collection): ByKind<Collection> {
	const all = new Map<string, Collection>();
	return {
		all,
		of(key) {
			const kind = kindOf(key);
			const collection = all.get(kind) ?? create();
			all.set(kind, collection);
			return collection;
		}
	};
}
