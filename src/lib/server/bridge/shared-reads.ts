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
	/**
	 * The same for those who ask again and again: an answer that is about to grow too old is still given out, and meanwhile
	 * the next is read, for which nobody has to wait.
	 */
	readAhead(key: string, load: () => Promise<Value>): Promise<Value>;
	/** Call after changing what is read: nobody gets an answer from before the change. */
	forget(key: string): void;
}

/** Of an answer's life, the last part, in which the next is read already: at least, and at most so much more. */
const AHEAD = { least: 0.08, spread: 0.16 };
/** How much more goes round by the golden ratio: what was read at one time would all be read at one time again. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

interface Entry<Value> {
	readonly startedAtMs: number;
	/** From then on the next is read, for those who ask again and again. */
	readonly aheadAtMs: number;
	readonly answer: Promise<Value>;
	settled: boolean;
	/** What is to take this one's place, while it is read. */
	next: Entry<Value> | null;
}

/** Lets many callers share one upstream read per key. Failures are shared by those who wait, never kept. No timers. */
export function createSharedReads<Value>({ maxAgeMs, maxEntries, now }: SharedReadsOptions): SharedReads<Value> {
	const entries = new Map<string, Entry<Value>>();
	let phase = 0.25;

	const ageMs = (entry: Entry<Value>) => now() - entry.startedAtMs;
	const stale = (entry: Entry<Value>) => entry.settled && ageMs(entry) >= maxAgeMs;
	const drop = (key: string, entry: Entry<Value>) => {
		if (entries.get(key) === entry) entries.delete(key);
	};

	// Entries stand in the order their reads began, so the sweep ends at the first that is young.
	function makeRoom(): void {
		for (const [key, entry] of entries) {
			if (entries.size < maxEntries && ageMs(entry) < maxAgeMs) return;
			if (entries.size >= maxEntries || entry.settled) entries.delete(key);
		}
	}

	function put(key: string, entry: Entry<Value>): Promise<Value> {
		entries.delete(key);
		makeRoom();
		entries.set(key, entry);
		return entry.answer;
	}

	function begin(key: string, load: () => Promise<Value>): Entry<Value> {
		const startedAtMs = now();
		const aheadAtMs = startedAtMs + maxAgeMs * (1 - AHEAD.least - AHEAD.spread * phase);
		phase = (phase + GOLDEN_RATIO) % 1;
		const entry: Entry<Value> = { startedAtMs, aheadAtMs, answer: load(), settled: false, next: null };
		entry.answer.then(
			() => {
				entry.settled = true;
				if (stale(entry)) drop(key, entry);
			},
			() => drop(key, entry)
		);
		return entry;
	}

	function follow(key: string, entry: Entry<Value>, load: () => Promise<Value>): void {
		const next = begin(key, load);
		entry.next = next;
		next.answer.then(
			() => {
				if (entries.get(key) === entry) void put(key, next);
			},
			() => (entry.next = null)
		);
	}

	function read(key: string, load: () => Promise<Value>): Promise<Value> {
		const entry = entries.get(key);
		return entry && !stale(entry) ? entry.answer : put(key, entry?.next ?? begin(key, load));
	}

	return {
		read,
		readAhead(key, load) {
			const entry = entries.get(key);
			const isAged = entry?.settled && !stale(entry) && now() >= entry.aheadAtMs;
			if (isAged && !entry.next) follow(key, entry, load);
			return read(key, load);
		},
		forget(key) {
			entries.delete(key);
		}
	};
}
