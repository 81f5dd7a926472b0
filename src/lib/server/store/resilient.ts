import { afterTimeout } from '../clock';
import { createCopies, createRewriter } from './copies';
import { createStoreHealth, createSharedOnly, MAX_TRIES } from './health';
import { type MemoryStore, DataLost, type Entry, type SharedOnly, type Store } from './store';

interface ResilientOptions {
	readonly shared: Store;
	/** The store that this process uses without the others. */
	readonly own: MemoryStore;
	/** Reports each change of availability, and each new cause of an outage. */
	readonly onState: (isUp: boolean, cause?: unknown) => void;
	/** Reports that the shared store has lost its data. */
	readonly onLoss?: () => void;
	/** Which kinds of keys (`kindOf`) are written first after an outage or a loss of data: revocations. */
	readonly isUrgent?: (kind: string) => boolean;
	/** What is written if a copy is written again, and another instance has written an entry with the same key. */
	readonly merge?: (kind: string, mine: string, theirs: string) => string;
	/** How long a copy stays after the shared store has accepted the entry, in milliseconds. */
	readonly copyMsOf?: (kind: string) => number;
	/** How often the shared store is checked even if it is not used, in milliseconds; default: never. */
	readonly checkEveryMs?: number | undefined;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
	/** Calls back after that many milliseconds; the returned function cancels it. */
	readonly after?: (ms: number, callBack: () => void) => () => void;
	/** Limit for the records of revocations that this process wrote, and for those of all other entries, in bytes. */
	readonly maxCopyBytes?: number;
}

export interface ResilientStore extends Store {
	readonly sharedOnly: SharedOnly;
	/** Whether the shared store accepts writes, as far as known. */
	readonly isAvailable: () => boolean;
	/** The same, by a write that was read back at most a second ago. Concurrent callers share one check. */
	readonly check: () => Promise<boolean>;
	/** Reports a fault that was found elsewhere, such as a lost connection. */
	readonly failed: () => void;
	/** Checks an unavailable store immediately, for example after a reconnect. */
	readonly retry: () => void;
}

/** About 40,000 revocations, and 40,000 other entries. */
export const MAX_COPY_BYTES = 12 * 1024 ** 2;
/** Writes up to this long before an outage may be lost, because replication and persistence are behind. */
const UNCERTAIN_MS = 10_000;
/**
 * How long an absent entry counts as unknown after a loss of data. The other instances notice the loss within a second
 * (`checkEveryMs`), and write their entries again.
 */
export const LOSS_GRACE_MS = 2000;
const OWN = 'own:';

/**
 * A shared store that may become unavailable or lose its data. The process then continues with its own store, so no session
 * depends on the shared one. It keeps a copy of what it wrote. Entries that the shared store has missed or lost are written
 * again when it accepts writes. Until then, this process uses its copies.
 */
export function createResilientStore({
	shared,
	own,
	onState,
	onLoss = () => {},
	isUrgent = () => false,
	merge = (_kind, mine) => mine,
	copyMsOf = () => Infinity,
	checkEveryMs,
	now = () => performance.now(),
	after = afterTimeout,
	maxCopyBytes = MAX_COPY_BYTES
}: ResilientOptions): ResilientStore {
	const copies = createCopies({ own, copyMsOf, maxBytes: maxCopyBytes, now });
	const rewriter = createRewriter({ shared, own, copies, isUrgent, merge, now });
	let lostAtMs = -Infinity;

	const health = createStoreHealth({
		verify: () => shared.verify(),
		read: () => shared.read('health'),
		recover(verifiedAtMs) {
			copies.doubt(verifiedAtMs - UNCERTAIN_MS);
			return rewriter.all(isUrgent).then(rewriter.inBackground);
		},
		onLoss() {
			lostAtMs = now();
			copies.lost();
			onLoss();
		},
		onVerified() {
			copies.removeOld();
			rewriteIfDue();
		},
		checkEveryMs,
		onChange: onState,
		now,
		after
	});

	const sharedOnly = createSharedOnly(shared, health);

	/** Starts a rewrite, in the background, of entries that an available store still lacks. */
	function rewriteIfDue(): void {
		if (copies.mayLack() && health.isAvailable() && rewriter.isDue()) rewriter.inBackground();
	}

	/** Starts a check of the store if the last one is too old, and a rewrite of what it still lacks. */
	function used(): void {
		health.used();
		rewriteIfDue();
	}

	/**
	 * After a loss of data, waits until the other instances have had time to write their entries again. A check in flight
	 * may have met the loss while its response is still on its way. An entry that is created before the response arrives
	 * would not reveal the loss any more.
	 */
	async function lossSettled(): Promise<void> {
		for (;;) {
			await health.idle();
			const leftMs = lostAtMs + LOSS_GRACE_MS - now();
			if (leftMs <= 0) return;
			await new Promise<void>((resolve) => void after(leftMs, resolve));
		}
	}

	/**
	 * Writes a lacking entry again before it is changed. The change is then compared with what all instances know of the
	 * entry: a copy may be older than the entry of another instance.
	 */
	async function rewriteBeforeChange(key: string): Promise<void> {
		if (!copies.isLacking(key) || !(await health.settled())) return;
		await lossSettled();
		const copy = copies.lackingAt(key);
		if (copy) await rewriter.one([key, copy]).catch(() => {});
	}

	function readShared(key: string): Promise<Entry | null> {
		return sharedOnly.read(key).catch(() => null);
	}

	async function readOwn(key: string): Promise<Entry | null> {
		const entry = await own.read(key);
		return entry && { text: entry.text, mark: OWN + entry.mark };
	}

	async function replaceAlone(key: string, expected: Entry | null, text: string, lifeMs: number): Promise<boolean> {
		const mine = expected && (await readOwn(key));
		if (expected && !isSame(mine, expected)) return false;
		const before = mine && { ...mine, mark: mine.mark.slice(OWN.length) };
		const replaced = await own.replace(key, before, text, lifeMs);
		if (replaced) copies.missed(key, lifeMs);
		return replaced;
	}

	async function replaceShared(key: string, expected: Entry | null, text: string, lifeMs: number): Promise<boolean> {
		if (expected === null) await lossSettled();
		const isShared = expected !== null && !expected.mark.startsWith(OWN);
		const replaced = await shared.replace(key, isShared ? expected : null, text, lifeMs);
		if (replaced) await keepCopy(key, text, lifeMs);
		return replaced;
	}

	/** Keeps a copy of an entry that the shared store has accepted. */
	async function keepCopy(key: string, text: string, lifeMs: number): Promise<void> {
		await own.write(key, text, lifeMs);
		copies.taken(key, lifeMs);
	}

	/** Retries after a failure. The failed call may already have made the change. */
	async function replaceAgain(
		key: string,
		expected: Entry | null,
		text: string,
		lifeMs: number,
		tries = MAX_TRIES - 1
	): Promise<boolean> {
		if (!(await health.settled()) || tries === 0) return replaceAlone(key, expected, text, lifeMs);
		try {
			if (await replaceShared(key, expected, text, lifeMs)) return true;
			const wasReplaced = (await shared.read(key))?.text === text;
			if (wasReplaced) await keepCopy(key, text, lifeMs);
			return wasReplaced;
		} catch {
			health.failed();
			return replaceAgain(key, expected, text, lifeMs, tries - 1);
		}
	}

	return {
		sharedOnly,
		verify: () => shared.verify(),
		isAvailable: health.isAvailable,
		check: health.check,
		failed: health.failed,
		retry: health.retry,

		async read(key) {
			used();
			if (copies.isLacking(key)) return (await readOwn(key)) ?? readShared(key);
			return (await readShared(key)) ?? readOwn(key);
		},

		async replace(key, expected, text, lifeMs) {
			used();
			await rewriteBeforeChange(key);
			if (copies.isLacking(key) || !(await health.settled())) return replaceAlone(key, expected, text, lifeMs);
			try {
				return await replaceShared(key, expected, text, lifeMs).catch((error: unknown) => {
					if (!(error instanceof DataLost)) throw error;
					return health.lossSeen().then(() => replaceShared(key, expected, text, lifeMs));
				});
			} catch {
				health.failed();
				return replaceAgain(key, expected, text, lifeMs);
			}
		},

		async write(key, text, lifeMs) {
			used();
			await own.write(key, text, lifeMs);
			try {
				if (!health.isAvailable()) throw new Error('the store rejects writes');
				await shared.write(key, text, lifeMs);
				copies.taken(key, lifeMs);
			} catch {
				copies.missed(key, lifeMs);
				health.failed();
			}
		},

		async remainingMs(key) {
			if (copies.isLacking(key) || !health.isReadable()) return own.remainingMs(key);
			return (await shared.remainingMs(key).catch(() => null)) ?? own.remainingMs(key);
		},

		changed: (key, maxMs) => Promise.race([shared.changed(key, maxMs), own.changed(key, maxMs)]),

		async close() {
			health.close();
			await Promise.all([shared.close(), own.close()]);
		}
	};
}

/**
 * Whether this process's entry matches the one that was read: by the mark, or by the text if another store gave the mark.
 */
function isSame(mine: Entry | null, read: Entry): boolean {
	return read.mark.startsWith(OWN) ? mine?.mark === read.mark : !mine || mine.text === read.text;
}
