import type { Entry, Store } from './store';

interface ResilientOptions {
	readonly shared: Store;
	/** What this process does without the others. */
	readonly own: Store;
	/** Hears of the first fault, and of the return. */
	readonly onState: (isUp: boolean, error?: unknown) => void;
	/** Unix time in milliseconds. */
	readonly now?: () => number;
}

/** After a fault, the shared store is left alone for a while, so that its time-outs don't slow every request. */
const REST_MS = 1000;
const MOST_UNTOLD = 100_000;
const OWN = 'own:';

/**
 * A shared store that may go away: then this process carries on by itself, and nobody's session depends on it. What
 * this process wrote it also remembers, so that a store that comes back empty does not make it forget; and what the
 * store has missed it is told when it is back, until which this process's word stands.
 */
export function createResilientStore({ shared, own, onState, now = Date.now }: ResilientOptions): Store {
	/** Keys of which the shared store has missed a change, and until when that matters. */
	const untold = new Map<string, number>();
	let telling: Promise<void> | undefined;
	let restUntilMs = 0;
	let isUp = true;

	async function attempt<Result>(work: () => Promise<Result>, otherwise: () => Promise<Result>): Promise<Result> {
		if (now() < restUntilMs) return otherwise();
		try {
			const result = await work();
			if (!isUp) onState((isUp = true));
			if (untold.size > 0) telling ??= tell().finally(() => (telling = undefined));
			return result;
		} catch (error) {
			restUntilMs = now() + REST_MS;
			if (isUp) onState((isUp = false), error);
			return otherwise();
		}
	}

	async function tell(): Promise<void> {
		try {
			for (const [key, untilMs] of untold) {
				const entry = await own.read(key);
				if (entry && untilMs > now()) await shared.write(key, entry.text, untilMs - now());
				untold.delete(key);
			}
		} catch {
			// Gone again: the rest is told next time.
		}
	}

	function keepUntold(key: string, lifeMs: number): void {
		untold.delete(key);
		for (const oldest of untold.keys()) {
			if (untold.size < MOST_UNTOLD) break;
			untold.delete(oldest);
		}
		untold.set(key, now() + lifeMs);
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
		if (replaced) keepUntold(key, lifeMs);
		return replaced;
	}

	return {
		async read(key) {
			const found = await attempt(
				() => shared.read(key),
				() => Promise.resolve(null)
			);
			return (untold.has(key) ? await readOwn(key) : null) ?? found ?? readOwn(key);
		},

		async replace(key, expected, text, lifeMs) {
			const alone = () => replaceAlone(key, expected, text, lifeMs);
			if (untold.has(key)) return alone();
			const isShared = expected !== null && !expected.mark.startsWith(OWN);
			return attempt(async () => {
				const replaced = await shared.replace(key, isShared ? expected : null, text, lifeMs);
				if (replaced) await own.write(key, text, lifeMs);
				return replaced;
			}, alone);
		},

		async write(key, text, lifeMs) {
			await own.write(key, text, lifeMs);
			await attempt(
				() => shared.write(key, text, lifeMs),
				() => Promise.resolve().then(() => keepUntold(key, lifeMs))
			);
		},

		changed: (key, mostMs) => Promise.race([shared.changed(key, mostMs), own.changed(key, mostMs)]),

		async close() {
			await Promise.all([shared.close(), own.close()]);
		}
	};
}

/** Whether what this process knows fits what was read: by the mark, or by the text where another store gave the mark. */
function isSame(mine: Entry | null, read: Entry): boolean {
	return read.mark.startsWith(OWN) ? mine?.mark === read.mark : !mine || mine.text === read.text;
}
