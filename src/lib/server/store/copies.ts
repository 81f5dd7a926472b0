import { type BoundedCache, createBoundedCache } from '../cache';
import { createByKind, kindOf, type Store } from './store';
import type { MemoryStore } from './memory';

/** What is known of an entry that this process wrote. */
export interface Copy {
	readonly untilMs: number;
	readonly writtenAtMs: number;
	/** How many losses of data were known when the shared store took it; -1 when it has not taken it. */
	readonly lossesThen: number;
}

interface CopiesOptions {
	/** Holds the texts. */
	readonly own: MemoryStore;
	/** How long a copy of that kind stays once the shared store has taken the entry, in milliseconds. */
	readonly copyMsOf: (kind: string) => number;
	/** For what is known of the entries of one kind; the oldest are forgotten. */
	readonly maxBytesPerKind: number;
	/** Milliseconds, on a clock that never steps back. */
	readonly now: () => number;
}

const COPY_BYTES = 24;
const NOT_TAKEN = -1;
/** How many old copies one call removes. */
const MAX_REMOVED = 10_000;

/**
 * Knows what this process wrote, and what of it the shared store lacks: it refused or missed the write, or has lost it since.
 * A loss of everything is one increment, whatever the number of entries.
 */
export function createCopies({ own, copyMsOf, maxBytesPerKind, now }: CopiesOptions) {
	const copies = createByKind(() => createBoundedCache<Copy>({ maxBytes: maxBytesPerKind, bytesOf: () => COPY_BYTES }));
	let losses = 0;
	let mayLack = false;

	const isLacking = ({ lossesThen }: Copy) => lossesThen !== losses;

	function note(key: string, lifeMs: number, lossesThen: number): void {
		copies.of(key).set(key, { untilMs: now() + lifeMs, writtenAtMs: now(), lossesThen });
	}

	function lackingAt(key: string): Copy | undefined {
		const copy = copies.of(key).peek(key);
		return copy && isLacking(copy) ? copy : undefined;
	}

	return {
		/** The shared store has taken an entry. */
		taken: (key: string, lifeMs: number): void => note(key, lifeMs, losses),

		/** The shared store has not taken an entry. */
		missed: (key: string, lifeMs: number): void => {
			note(key, lifeMs, NOT_TAKEN);
			mayLack = true;
		},

		/** The shared store has lost everything. */
		lost: (): void => {
			losses++;
			mayLack = true;
		},

		/** The shared store may have lost what was written after that time. */
		doubt: (sinceMs: number): void => {
			for (const kind of copies.all.values())
				for (const key of [...kind.keys()]) {
					const copy = kind.peek(key);
					if (!copy || copy.writtenAtMs < sinceMs) break;
					kind.set(key, { ...copy, lossesThen: NOT_TAKEN });
					mayLack = true;
				}
		},

		/** The copy of an entry that the shared store lacks, as far as is known. */
		lackingAt,

		/** Whether the shared store lacks the entry, as far as is known. */
		isLacking: (key: string): boolean => lackingAt(key) !== undefined,

		/** Whether the shared store may lack any entry. */
		mayLack: (): boolean => mayLack,

		/** What the shared store lacks of the wanted kinds, oldest first. */
		lacking: (isWanted: (kind: string) => boolean): [key: string, copy: Copy][] => {
			const found: [string, Copy][] = [];
			for (const [kind, entries] of copies.all)
				if (isWanted(kind))
					for (const key of entries.rkeys()) {
						const copy = entries.peek(key);
						if (copy && isLacking(copy)) found.push([key, copy]);
					}
			return found;
		},

		/** An entry was written again, unless something newer was written meanwhile. */
		rewritten: (key: string, copy: Copy, lossesThen: number): void => {
			const kind = copies.of(key);
			if (kind.peek(key) === copy) kind.set(key, { ...copy, lossesThen });
		},

		/** How many losses of data are known. */
		losses: (): number => losses,

		/** Everything that the shared store lacked was written again. */
		complete: (): void => {
			mayLack = [...copies.all.values()].some((entries) => [...entries.values()].some(isLacking));
		},

		/** Removes copies of entries that the shared store took a while ago. */
		removeOld: (): void => {
			for (const [kind, entries] of copies.all) {
				const copyMs = copyMsOf(kind);
				if (copyMs !== Infinity) removeOldOf(entries, now() - copyMs);
			}
		}
	};

	function removeOldOf(entries: BoundedCache<Copy>, beforeMs: number): void {
		let removed = 0;
		for (const key of entries.rkeys()) {
			const copy = entries.peek(key);
			if (!copy || copy.writtenAtMs > beforeMs || removed++ === MAX_REMOVED) return;
			if (isLacking(copy)) continue;
			entries.delete(key);
			own.remove(key);
		}
	}
}

export type Copies = ReturnType<typeof createCopies>;

interface RewriterOptions {
	readonly shared: Store;
	/** Holds the texts of the copies. */
	readonly own: MemoryStore;
	readonly copies: Copies;
	/** Which kinds of keys are written first. */
	readonly isUrgent: (kind: string) => boolean;
	/** Whether a copy replaces what another instance has written at its key. */
	readonly outranks: (kind: string, mine: string, theirs: string) => boolean;
	/** Milliseconds, on a clock that never steps back. */
	readonly now: () => number;
}

/** How many entries are written again at a time. */
const BATCH = 100;
/** How long after all were tried they are tried again, in milliseconds. */
const REWRITE_PAUSE_MS = 1000;

/** Writes again what the shared store has missed or lost of this process's entries. */
export function createRewriter({ shared, own, copies, isUrgent, outranks, now }: RewriterOptions) {
	let inFlight: Promise<void> | undefined;
	let dueAtMs = -Infinity;

	async function one([key, copy]: readonly [string, Copy]): Promise<void> {
		const losses = copies.losses();
		const mine = await own.read(key);
		const lifeMs = Math.ceil(copy.untilMs - now());
		if (mine && lifeMs > 0 && !(await shared.replace(key, null, mine.text, lifeMs))) {
			const theirs = await shared.read(key);
			const isOutranked = theirs && (theirs.text === mine.text || !outranks(kindOf(key), mine.text, theirs.text));
			if (!isOutranked && !(await shared.replace(key, theirs, mine.text, lifeMs)))
				throw new Error('another instance has changed the entry meanwhile');
		}
		copies.rewritten(key, copy, losses);
	}

	async function all(isWanted: (kind: string) => boolean): Promise<void> {
		const lacking = copies.lacking(isWanted);
		let failed: PromiseRejectedResult | undefined;
		for (let start = 0; start < lacking.length; start += BATCH) {
			const results = await Promise.allSettled(lacking.slice(start, start + BATCH).map(one));
			failed ??= results.find((result) => result.status === 'rejected');
			if (results.every(({ status }) => status === 'rejected')) break;
		}
		if (failed) throw failed.reason;
	}

	return {
		/** Writes one entry again. @throws when the store did not take it */
		one,

		/**
		 * Writes all entries of the wanted kinds again, in batches. Once the store takes none of a batch, the rest waits.
		 * @throws when the store did not take one of them
		 */
		all,

		/** Writes everything again, urgent kinds first. Nobody waits for it, and what fails is tried again later. */
		inBackground: (): void => {
			inFlight ??= all(isUrgent)
				.then(() => all((kind) => !isUrgent(kind)))
				.then(copies.complete)
				.catch(() => {})
				.finally(() => {
					inFlight = undefined;
					dueAtMs = now() + REWRITE_PAUSE_MS;
				});
		},

		/** Whether the last attempt is long enough ago. */
		isDue: (): boolean => now() >= dueAtMs
	};
}
