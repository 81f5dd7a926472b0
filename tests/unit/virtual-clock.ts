/** Time in a test's own hand: nothing passes unless it says so. */
export interface VirtualClock {
	/** Unix time in milliseconds. */
	readonly now: () => number;
	/** Calls back after so many milliseconds; the returned function cancels the call. */
	readonly after: (ms: number, callBack: () => void) => () => void;
	/** Calls back every so many milliseconds; the returned function ends that. */
	readonly every: (ms: number, callBack: () => void) => () => void;
	readonly pause: (ms: number) => Promise<void>;
	/** As `createRefresher` wants it: resolves to null after so many milliseconds. */
	readonly limit: (ms: number) => { readonly reached: Promise<null>; readonly cancel: () => void };
	/** Lets time pass, and everything happen that is due on the way. */
	readonly advance: (ms: number) => Promise<void>;
}

interface Timer {
	atMs: number;
	readonly everyMs: number | null;
	readonly callBack: () => void;
}

export function virtualClock(startMs = 1_800_000_000_000): VirtualClock {
	let nowMs = startMs;
	const timers = new Set<Timer>();

	function add(ms: number, everyMs: number | null, callBack: () => void): () => void {
		const timer = { atMs: nowMs + ms, everyMs, callBack };
		timers.add(timer);
		return () => void timers.delete(timer);
	}

	function nextUntil(endMs: number): Timer | undefined {
		let next: Timer | undefined;
		for (const timer of timers) if (timer.atMs <= endMs && (!next || timer.atMs < next.atMs)) next = timer;
		return next;
	}

	const clock: VirtualClock = {
		now: () => nowMs,
		after: (ms, callBack) => add(ms, null, callBack),
		every: (ms, callBack) => add(ms, ms, callBack),
		pause: (ms) => new Promise((resolve) => void add(ms, null, resolve)),
		limit(ms) {
			let cancel = () => {};
			const reached = new Promise<null>((resolve) => (cancel = add(ms, null, () => resolve(null))));
			return { reached, cancel: () => cancel() };
		},
		async advance(ms) {
			const endMs = nowMs + ms;
			await turn();
			for (let timer = nextUntil(endMs); timer; timer = nextUntil(endMs)) {
				nowMs = timer.atMs;
				if (timer.everyMs === null) timers.delete(timer);
				else timer.atMs += timer.everyMs;
				timer.callBack();
				await turn();
			}
			nowMs = endMs;
		}
	};
	return clock;
}

/** Lets every promise go on that can. */
function turn(): Promise<void> {
	return new Promise((resolve) => void setImmediate(resolve));
}
