export interface SharedReadsOptions<Value> {
	/** How old an answer may be, counted from the moment its read began. 0: only reads under way are shared. */
	readonly maxAgeMs: number;
	/** For all cached responses and reads in progress together; the oldest are evicted first. */
	readonly maxBytes: number;
	/** What a response takes, in bytes; an estimate. Keys count by their length. */
	readonly bytesOf: (value: Value) => number;
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
	/** What it takes, as far as is known. */
	bytes: number;
	/** What is to take this one's place, while it is read. */
	next: Entry<Value> | null;
}

/** What an entry takes beside its key and response: a few promises and callbacks. */
const ENTRY_BYTES = 512;

/** Lets many callers share one upstream read per key. Failures are shared by those who wait, never kept. No timers. */
export function createSharedReads<Value>({
	maxAgeMs,
	maxBytes,
	bytesOf,
	now
}: SharedReadsOptions<Value>): SharedReads<Value> {
	const entries = new Map<string, Entry<Value>>();
	let bytes = 0;
	let phase = 0.25;

	const ageMs = (entry: Entry<Value>) => now() - entry.startedAtMs;
	const stale = (entry: Entry<Value>) => entry.settled && ageMs(entry) >= maxAgeMs;

	function remove(key: string): void {
		bytes -= entries.get(key)?.bytes ?? 0;
		entries.delete(key);
	}

	const drop = (key: string, entry: Entry<Value>) => {
		if (entries.get(key) === entry) remove(key);
	};

	// Entries stand in the order their reads began, so the sweep ends at the first that is young.
	function makeRoom(neededBytes: number): void {
		for (const [key, entry] of entries) {
			const isFull = bytes + neededBytes > maxBytes;
			if (!isFull && ageMs(entry) < maxAgeMs) return;
			if (isFull || entry.settled) remove(key);
		}
	}

	function put(key: string, entry: Entry<Value>): Promise<Value> {
		remove(key);
		makeRoom(entry.bytes);
		entries.set(key, entry);
		bytes += entry.bytes;
		return entry.answer;
	}

	function settle(key: string, entry: Entry<Value>, value: Value): void {
		entry.settled = true;
		const valueBytes = bytesOf(value);
		entry.bytes += valueBytes;
		if (entries.get(key) !== entry) return;
		bytes += valueBytes;
		if (stale(entry)) remove(key);
		else makeRoom(0);
	}

	function begin(key: string, load: () => Promise<Value>): Entry<Value> {
		const startedAtMs = now();
		const aheadAtMs = startedAtMs + maxAgeMs * (1 - AHEAD.least - AHEAD.spread * phase);
		phase = (phase + GOLDEN_RATIO) % 1;
		const entry: Entry<Value> = {
			startedAtMs,
			aheadAtMs,
			answer: load(),
			settled: false,
			bytes: ENTRY_BYTES + key.length,
			next: null
		};
		entry.answer.then(
			(value) => settle(key, entry, value),
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
		forget: remove
	};
}
