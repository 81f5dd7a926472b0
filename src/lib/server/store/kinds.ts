/**
 * What stands before the first colon of a store's key, colon included; empty without one. The portal's code decides the kinds,
 * so there is a fixed number of them.
 */
export function kindOf(key: string): string {
	return key.slice(0, key.indexOf(':') + 1);
}

/** One collection per kind of key: entries of one kind never make room for another kind's. */
export interface ByKind<Collection> {
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
