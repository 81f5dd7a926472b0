import { countRefusal, type Refusal } from '../metrics';
import { EventStream, type EventSource } from './event-stream';
import { Problem, type ProblemCode } from './problem';

export interface EventStreamsOptions {
	/** Most streams of this process, and of one browser. */
	readonly most: number;
	readonly mostPerBrowser: number;
	/** Milliseconds; any clock that goes forward. */
	readonly now: () => number;
	/** Calls back every so many milliseconds; the answer ends that. */
	readonly every: (ms: number, callBack: () => void) => () => void;
	/** From 0 up to 1. */
	readonly random: () => number;
}

export type EventStreams = ReturnType<typeof createEventStreams>;

/** Below the 30 s and more after which proxies drop a connection that is silent. */
const HEARTBEAT_MS = 15_000;
/** Spread out, so that the clients of a process that ends do not all come to the next one at once. */
const LEAST_RETRY_MS = 2000;
const RETRY_SPREAD_MS = 3000;

const HEADERS = { 'content-type': 'text/event-stream' };

/** All event streams of a process: counted, kept alive by one timer, and ended together when the process drains. */
export function createEventStreams({ most, mostPerBrowser, now, every, random }: EventStreamsOptions) {
	const open = new Set<EventStream>();
	const perBrowser = new Map<string, number>();
	let stopBeating: (() => void) | undefined;

	function count(browser: string, by: 1 | -1): void {
		const streams = (perBrowser.get(browser) ?? 0) + by;
		if (streams > 0) perBrowser.set(browser, streams);
		else perBrowser.delete(browser);
	}

	function beat(): void {
		const nowMs = now();
		for (const stream of [...open]) stream.beat(nowMs);
	}

	function forget(stream: EventStream, browser: string): void {
		open.delete(stream);
		count(browser, -1);
		if (open.size > 0) return;
		stopBeating?.();
		stopBeating = undefined;
	}

	return {
		/** What a stream's head says, for HEAD. */
		head: () => new Response(null, { headers: HEADERS }),

		/**
		 * Answers with a stream of events.
		 * @param browser whom its limit counts by
		 * @param lifeMs how long it lasts at most, in milliseconds
		 * @throws {Problem} `rate_limited` for a browser with too many, `busy` when the process has too many
		 */
		open(browser: string, lifeMs: number, source: EventSource): Response {
			if ((perBrowser.get(browser) ?? 0) >= mostPerBrowser) throw refused('rate_limited', 'streams_browser');
			if (open.size >= most) throw refused('busy', 'streams_process');
			const retryMs = Math.round(LEAST_RETRY_MS + random() * RETRY_SPREAD_MS);
			const onOver = (over: EventStream) => forget(over, browser);
			const stream = new EventStream(source, { endsAtMs: now() + lifeMs, retryMs, onOver });
			open.add(stream);
			count(browser, 1);
			stopBeating ??= every(HEARTBEAT_MS, beat);
			return new Response(new ReadableStream(stream), { headers: HEADERS });
		},

		closeAll(): void {
			for (const stream of [...open]) stream.close();
		},

		size: () => open.size
	};
}

function refused(code: ProblemCode, reason: Refusal): Problem {
	countRefusal(reason);
	return new Problem(code);
}
