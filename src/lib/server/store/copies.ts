import type { BoundedCache } from '../cache';
import { createByKind, kindOf } from './by-kind';
import type { MemoryStore, Store } from './store';

/** What is known about an entry that this process wrote. */
export interface Copy {
	readonly untilMs: number;
	/** When this process wrote the entry, or wrote it again: the shared store may lose the latest writes. */
	readonly writtenAtMs: number;
	/** How many losses of data were known when the shared store accepted the entry; -1 if it has not accepted it. */
	readonly lossesThen: number;
}

interface CopiesOptions {
	/** Stores the texts. */
	readonly own: MemoryStore;
	/** How long a copy of that kind stays after the shared store has accepted the entry, in milliseconds. */
	readonly copyMsOf: (kind: string) => number;
	/** Limit for the records of revocations, and for those of all other entries together, in bytes (`createByKind`). */
	readonly maxBytes: number;
	/** Milliseconds, on a clock that never steps back. */
	readonly now: () => number;
}

const COPY_BYTES = 24;
const NOT_TAKEN = -1;
/** How many old copies of one kind a call removes at most. */
const MAX_REMOVED = 10_000;

/**
 * Tracks what this process wrote, and which of these entries the shared store lacks: it rejected or missed the write, or
 * has lost the entry since. A loss of all data is one increment, regardless of the number of entries.
 */
export function createCopies({ own, copyMsOf, maxBytes, now }: CopiesOptions) {
	const copies = createByKind<Copy>({ maxBytes, bytesOf: () => COPY_BYTES, now });
	let losses = 0;
	let mayLack = false;

	const isLacking = ({ lossesThen }: Copy) => lossesThen !== losses;

	function note(key: string, lifeMs: number, lossesThen: number): void {
		copies.set(key, { untilMs: now() + lifeMs, writtenAtMs: now(), lossesThen });
	}

	function lackingAt(key: string): Copy | undefined {
		const copy = copies.of(key).peek(key);
		return copy && isLacking(copy) ? copy : undefined;
	}

	return {
		/** Records that the shared store has accepted an entry. */
		taken: (key: string, lifeMs: number): void => note(key, lifeMs, losses),

		/** Records that the shared store has not accepted an entry. */
		missed: (key: string, lifeMs: number): void => {
			note(key, lifeMs, NOT_TAKEN);
			mayLack = true;
		},

		/** Records that the shared store has lost all its data. */
		lost: (): void => {
			losses++;
			mayLack = true;
		},

		/** Records that the shared store may have lost what was written after that time. */
		doubt: (sinceMs: number): void => {
			for (const kind of copies.all.values())
				for (const key of [...kind.rkeys()]) {
					const copy = kind.peek(key);
					if (!copy || copy.writtenAtMs < sinceMs) continue;
					kind.set(key, { ...copy, lossesThen: NOT_TAKEN });
					mayLack = true;
				}
		},

		/** The copy of an entry that the shared store lacks, as far as known; otherwise undefined. */
		lackingAt,

		/** Whether the shared store lacks the entry, as far as known. */
		isLacking: (key: string): boolean => lackingAt(key) !== undefined,

		/** Whether the shared store may lack any entry. */
		mayLack: (): boolean => mayLack,

		/** The entries of the wanted kinds that the shared store lacks, oldest first within each kind. */
		lacking: (isWanted: (kind: string) => boolean): [key: string, copy: Copy][] => {
			const found: [string, Copy][] = [];
			for (const [group, entries] of copies.all)
				if (isWanted(kindOf(group)))
					for (const key of entries.rkeys()) {
						const copy = entries.peek(key);
						if (copy && isLacking(copy)) found.push([key, copy]);
					}
			return found;
		},

		/** Records that an entry was written again now, unless a newer one was written in the meantime. */
		rewritten: (key: string, copy: Copy, lossesThen: number): void => {
			const kind = copies.of(key);
			if (kind.peek(key) === copy) kind.set(key, { ...copy, writtenAtMs: now(), lossesThen });
		},

		/** How many losses of data are known. */
		losses: (): number => losses,

		/** Records that all entries that the shared store lacked were written again. */
		complete: (): void => {
			mayLack = [...copies.all.values()].some((entries) => [...entries.values()].some(isLacking));
		},

		/** Removes copies of entries that the shared store accepted longer ago than `copyMsOf`. */
		removeOld: (): void => {
			for (const [group, entries] of copies.all) {
				const copyMs = copyMsOf(kindOf(group));
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
	/** Stores the texts of the copies. */
	readonly own: MemoryStore;
	readonly copies: Copies;
	/** Which kinds of keys are written first. */
	readonly isUrgent: (kind: string) => boolean;
	/** What is written if another instance has written an entry with the same key. */
	readonly merge: (kind: string, mine: string, theirs: string) => string;
	/** Milliseconds, on a clock that never steps back. */
	readonly now: () => number;
}

/** How many entries are written again at the same time. */
const BATCH = 100;
/** Pause before another attempt to write all entries again, in milliseconds. */
const REWRITE_PAUSE_MS = 1000;

/** Writes entries of this process again that the shared store has missed or lost. */
export function createRewriter({ shared, own, copies, isUrgent, merge, now }: RewriterOptions) {
	let inFlight: Promise<void> | undefined;
	let dueAtMs = -Infinity;

	async function one([key, copy]: readonly [string, Copy]): Promise<void> {
		const losses = copies.losses();
		const mine = await own.read(key);
		const lifeMs = copy.untilMs - now();
		if (mine && lifeMs > 0 && !(await shared.replace(key, null, mine.text, lifeMs))) {
			const theirs = await shared.read(key);
			const text = theirs ? merge(kindOf(key), mine.text, theirs.text) : mine.text;
			if (text !== theirs?.text && !(await shared.replace(key, theirs, text, lifeMs)))
				throw new Error('another instance has changed the entry meanwhile');
			if (text !== mine.text) await own.replace(key, mine, text, lifeMs);
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
		/** Writes one entry again. @throws if the store did not accept it */
		one,

		/**
		 * Writes all lacking entries of the wanted kinds again, in batches. Once the store accepts none of a batch, the
		 * rest is not attempted.
		 * @throws if the store did not accept one of them
		 */
		all,

		/** Writes all lacking entries again in the background, urgent kinds first. Failures are retried later. */
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

		/** Whether the last attempt is long enough ago for another. */
		isDue: (): boolean => now() >= dueAtMs
	};
}
