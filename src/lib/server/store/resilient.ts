import { type BoundedCache, createBoundedCache } from '../bounded-cache';
import { createStoreHealth } from './health';
import { createByKind } from './kinds';
import type { Entry, Store } from './store';

interface ResilientOptions {
	readonly shared: Store;
	/** What this process does without the others. */
	readonly own: Store;
	/** Reports each change, with its cause when the shared store became unavailable. */
	readonly onState: (isUp: boolean, cause?: unknown) => void;
	/** Which kinds of keys (`kinds.ts`) are written first after an outage: revocations. */
	readonly isUrgent?: (kind: string) => boolean;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
	/** Calls back after that many milliseconds; the result cancels it. */
	readonly after?: (ms: number, callBack: () => void) => () => void;
	/** For the missed writes of one kind of key that are remembered; the oldest go first. */
	readonly maxMissedBytesPerKind?: number;
}

export interface ResilientStore extends Store {
	/** Whether the shared store takes writes, as far as is known. */
	readonly isAvailable: () => boolean;
	/** The same by a write that was read back at most a second ago. Concurrent callers share one check. */
	readonly check: () => Promise<boolean>;
	/** Reports a fault that was seen elsewhere, such as a lost connection. */
	readonly failed: () => void;
	/** Checks an unavailable store at once, such as after a reconnect. */
	readonly retry: () => void;
}

/** About 100,000 writes. */
export const MAX_MISSED_BYTES_PER_KIND = 32 * 1024 ** 2;
const MISSED_BYTES = 16;
/** How many missed writes are sent at a time, and how long after they were all tried they are tried again. */
const BATCH = 100;
const REWRITE_PAUSE_MS = 1000;
const OWN = 'own:';

/** A write that the shared store has missed, and until when it matters. */
interface Missed {
	readonly untilMs: number;
}

/**
 * A shared store that may go away: then this process carries on by itself, and nobody's session depends on it. What
 * this process wrote it also remembers, so that a store that comes back empty does not make it forget. Writes that the
 * store has missed are written again when it takes writes, and until then this process uses its own copy.
 */
export function createResilientStore({
	shared,
	own,
	onState,
	isUrgent = () => false,
	now = () => performance.now(),
	after = afterTimeout,
	maxMissedBytesPerKind = MAX_MISSED_BYTES_PER_KIND
}: ResilientOptions): ResilientStore {
	const missed = createByKind(() =>
		createBoundedCache<Missed>({ maxBytes: maxMissedBytesPerKind, bytesOf: () => MISSED_BYTES })
	);
	let rewriting: Promise<void> | undefined;
	let rewriteAtMs = -Infinity;

	const health = createStoreHealth({
		verify: () => shared.verify(),
		read: () => shared.read('health'),
		recover: () => rewriteAll(isUrgent).then(rewriteInBackground),
		onChange: onState,
		now,
		after
	});

	const isMissed = (key: string) => missed.of(key).has(key);

	function addMissed(key: string, lifeMs: number): void {
		missed.of(key).set(key, { untilMs: now() + lifeMs });
	}

	/** @throws when the store did not take one of them */
	async function rewriteAll(isWanted: (kind: string) => boolean): Promise<void> {
		const kinds = [...missed.all].filter(([kind]) => isWanted(kind));
		const results: PromiseSettledResult<void>[] = [];
		for (const [, writes] of kinds) results.push(...(await Promise.allSettled([rewrite(writes)])));
		const failed = results.find((result) => result.status === 'rejected');
		if (failed) throw failed.reason;
	}

	/**
	 * Writes again what the store has missed. What it does not take stays missed; once it takes nothing, the rest waits.
	 * @throws when it did not take one of them
	 */
	async function rewrite(writes: BoundedCache<Missed>): Promise<void> {
		const all = [...writes.entries()].reverse();
		let failed: PromiseRejectedResult | undefined;
		for (let start = 0; start < all.length; start += BATCH) {
			const batch = all.slice(start, start + BATCH);
			const results = await Promise.allSettled(batch.map(([key, write]) => rewriteOne(writes, key, write)));
			failed ??= results.find((result) => result.status === 'rejected');
			if (results.every(({ status }) => status === 'rejected')) break;
		}
		if (failed) throw failed.reason;
	}

	async function rewriteOne(writes: BoundedCache<Missed>, key: string, write: Missed): Promise<void> {
		const entry = await own.read(key);
		const lifeMs = Math.ceil(write.untilMs - now());
		if (entry && lifeMs > 0) await shared.write(key, entry.text, lifeMs);
		// Unless something newer was missed in the meantime.
		if (writes.peek(key) === write) writes.delete(key);
	}

	function rewriteInBackground(): void {
		rewriting ??= rewriteAll(isUrgent)
			.then(() => rewriteAll((kind) => !isUrgent(kind)))
			.catch(() => {})
			.finally(() => {
				rewriting = undefined;
				rewriteAtMs = now() + REWRITE_PAUSE_MS;
			});
	}

	/** Has the store checked from time to time, and what it still misses written again. Nobody waits for either. */
	function used(): void {
		health.used();
		const hasMissed = [...missed.all.values()].some(({ size }) => size > 0);
		if (hasMissed && health.isAvailable() && now() >= rewriteAtMs) rewriteInBackground();
	}

	async function readShared(key: string): Promise<Entry | null> {
		if (!health.isReadable()) return null;
		try {
			return await shared.read(key);
		} catch {
			if (health.isAvailable()) health.failed();
			else health.readFailed();
			return null;
		}
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
		if (replaced) addMissed(key, lifeMs);
		return replaced;
	}

	return {
		verify: () => shared.verify(),
		isAvailable: health.isAvailable,
		check: health.check,
		failed: health.failed,
		retry: health.retry,

		async read(key) {
			used();
			if (isMissed(key)) return (await readOwn(key)) ?? readShared(key);
			return (await readShared(key)) ?? readOwn(key);
		},

		async replace(key, expected, text, lifeMs) {
			used();
			if (isMissed(key) || !health.isAvailable()) return replaceAlone(key, expected, text, lifeMs);
			const isShared = expected !== null && !expected.mark.startsWith(OWN);
			try {
				const replaced = await shared.replace(key, isShared ? expected : null, text, lifeMs);
				if (replaced) await own.write(key, text, lifeMs);
				return replaced;
			} catch {
				health.failed();
				return replaceAlone(key, expected, text, lifeMs);
			}
		},

		async write(key, text, lifeMs) {
			used();
			await own.write(key, text, lifeMs);
			try {
				if (!health.isAvailable()) throw new Error('the store takes no writes');
				await shared.write(key, text, lifeMs);
			} catch {
				addMissed(key, lifeMs);
				health.failed();
			}
		},

		async remainingMs(key) {
			if (isMissed(key) || !health.isReadable()) return own.remainingMs(key);
			return (await shared.remainingMs(key).catch(() => null)) ?? own.remainingMs(key);
		},

		changed: (key, mostMs) => Promise.race([shared.changed(key, mostMs), own.changed(key, mostMs)]),

		async close() {
			health.close();
			await Promise.all([shared.close(), own.close()]);
		}
	};
}

/** Whether what this process knows fits what was read: by the mark, or by the text where another store gave the mark. */
function isSame(mine: Entry | null, read: Entry): boolean {
	return read.mark.startsWith(OWN) ? mine?.mark === read.mark : !mine || mine.text === read.text;
}

function afterTimeout(ms: number, callBack: () => void): () => void {
	const timer = setTimeout(callBack, ms);
	return () => clearTimeout(timer);
}
