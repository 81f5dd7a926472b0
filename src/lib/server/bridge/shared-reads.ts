export interface SharedReadsOptions {
	/** How old an answer may be, counted from the moment its read began. 0: only reads under way are shared. */
	readonly maxAgeMs: number;
	/** Most answers and reads kept; the oldest go first. */
	readonly maxEntries: number;
	/** Milliseconds; any clock that goes forward. */
	readonly now: () => number;
}

export interface SharedReads<Value> {
	/** The answer for a key: a fresh one that is already there, the one that is under way, or a new read. */
	read(key: string, load: () => Promise<Value>): Promise<Value>;
	/** Call after changing what is read: nobody gets an answer from before the change. */
	forget(key: string): void;
}

interface Entry<Value> {
	readonly startedAtMs: number;
	readonly answer: Promise<Value>;
	settled: boolean;
}

/** Lets many callers share one upstream read per key. Failures are shared by those who wait, never kept. No timers. */
export function createSharedReads<Value>({ maxAgeMs, maxEntries, now }: SharedReadsOptions): SharedReads<Value> {
	const entries = new Map<string, Entry<Value>>();

	const stale = (entry: Entry<Value>) => entry.settled && now() - entry.startedAtMs >= maxAgeMs;
	const drop = (key: string, entry: Entry<Value>) => {
		if (entries.get(key) === entry) entries.delete(key);
	};

	// Entries stand in the order their reads began, so the sweep ends at the first that is young.
	function makeRoom(): void {
		for (const [key, entry] of entries) {
			if (entries.size < maxEntries && now() - entry.startedAtMs < maxAgeMs) return;
			if (entries.size >= maxEntries || entry.settled) entries.delete(key);
		}
	}

	function start(key: string, load: () => Promise<Value>): Promise<Value> {
		entries.delete(key);
		makeRoom();
		const entry: Entry<Value> = { startedAtMs: now(), answer: load(), settled: false };
		entries.set(key, entry);
		entry.answer.then(
			() => {
				entry.settled = true;
				if (stale(entry)) drop(key, entry);
			},
			() => drop(key, entry)
		);
		return entry.answer;
	}

	return {
		read(key, load) {
			const entry = entries.get(key);
			return entry && !stale(entry) ? entry.answer : start(key, load);
		},
		forget(key) {
			entries.delete(key);
		}
	};
}
