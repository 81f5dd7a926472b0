import type { Copies, Copy } from './copies';
import { kindOf } from './kinds';
import type { MemoryStore } from './memory';
import type { Store } from './store';

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
