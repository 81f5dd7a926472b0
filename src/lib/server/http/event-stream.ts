import { countRefusal, type Refusal } from '../metrics';
import { Problem, type ProblemCode } from './problem';

/** Sends server-sent events (HTML, 9.2) to one client. */
export interface EventSink {
	/**
	 * Sends an event. While the client is not reading, only the newest event of each key is stored; it is sent once the
	 * client reads again.
	 * @param text a complete event: its lines and an empty line
	 */
	send(key: string, text: string): void;
	/** Sends the stored events and closes the stream. */
	close(): void;
}

/** Runs while the stream is open. Returns a function that stops it. */
export type EventSource = (sink: EventSink) => () => void;

interface EventStreamOptions {
	/** When the stream ends, in milliseconds on the clock `now` of `createEventStreams`. A browser then reconnects. */
	readonly endsAtMs: number;
	/** How long a browser waits before it reconnects, in milliseconds. */
	readonly retryMs: number;
	readonly onOver: (stream: EventStream) => void;
}

const encoder = new TextEncoder();
/** An event rather than a comment, so that a page notices when the portal no longer responds. */
const HEARTBEAT = encoder.encode('event: heartbeat\ndata: {}\n\n');
/** The stream of a client that leaves this many heartbeats unread is closed. */
const MAX_UNREAD = 15;

class EventStream implements UnderlyingDefaultSource<Uint8Array>, EventSink {
	#controller: ReadableStreamDefaultController<Uint8Array> | undefined;
	#stop: (() => void) | undefined;
	#held: Map<string, string> | undefined;
	#unread = 0;
	#isOver = false;
	readonly #source: EventSource;
	readonly #options: EventStreamOptions;

	constructor(source: EventSource, options: EventStreamOptions) {
		this.#source = source;
		this.#options = options;
	}

	start(controller: ReadableStreamDefaultController<Uint8Array>): void {
		this.#controller = controller;
		// Sent immediately: Node sends no head before the first bytes. An event rather than a comment, so that a page can tell
		// whether a proxy passes the body on, however long the first status takes.
		controller.enqueue(encoder.encode(`event: connected\nretry: ${this.#options.retryMs}\ndata: {}\n\n`));
		this.#stop = this.#source(this);
		if (this.#isOver) this.#stop();
	}

	pull(): void {
		this.#unread = 0;
		this.#flush();
	}

	/** Called when the client disconnects. */
	cancel(): void {
		this.#end();
	}

	send(key: string, text: string): void {
		if (this.#isOver) return;
		(this.#held ??= new Map()).set(key, text);
		if (this.#hasRoom()) this.#flush();
	}

	close(): void {
		if (this.#isOver) return;
		this.#flush();
		this.#controller?.close();
		this.#end();
	}

	/**
	 * Keeps the connection alive through proxies. Closes a stream that has reached its end time, or that the client does
	 * not read.
	 */
	beat(nowMs: number): void {
		if (nowMs >= this.#options.endsAtMs || this.#unread >= MAX_UNREAD) this.close();
		else if (this.#hasRoom()) this.#controller?.enqueue(HEARTBEAT);
		else this.#unread++;
	}

	#hasRoom(): boolean {
		return (this.#controller?.desiredSize ?? 0) > 0;
	}

	#flush(): void {
		if (!this.#held) return;
		const text = [...this.#held.values()].join('');
		this.#held = undefined;
		this.#controller?.enqueue(encoder.encode(text));
	}

	#end(): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#held = undefined;
		this.#stop?.();
		this.#options.onOver(this);
	}
}

interface EventStreamsOptions {
	/** How many streams may be open in this process, per browser and per address. */
	readonly maxPerProcess: number;
	readonly maxPerBrowser: number;
	readonly maxPerAddress: number;
	/** A monotonic clock in milliseconds. */
	readonly now: () => number;
	/** Calls back every `ms` milliseconds. Returns a function that stops it. */
	readonly every: (ms: number, callBack: () => void) => () => void;
	/** From 0 up to 1. */
	readonly random: () => number;
}

/**
 * The owner of a stream, for the limits. A client can get new browser ids at will, but no other wallet session and no other
 * address.
 */
interface StreamOwner {
	/** The id of a browser's session or login transaction. */
	readonly browser: string;
	/** The ids of the wallet sessions that the stream reports on. */
	readonly walletSessions: readonly string[];
	/** The network of the client's address (`networkOf`), or the client id of an API client. */
	readonly address: string;
}

/** A limit for which a stream counts. */
interface Counter {
	readonly key: string;
	readonly max: number;
	readonly reason: Refusal;
}

export type EventStreams = ReturnType<typeof createEventStreams>;

/**
 * Shorter than `SILENCE_MS` of `src/lib/wallet/status-client.ts`, after which a page misses a heartbeat. Proxies drop a silent
 * connection after 30 s or more.
 */
const HEARTBEAT_MS = 4000;
/** Spread out, so that the clients of a process that shuts down do not all reconnect at the same time. */
const MIN_RETRY_MS = 2000;
const RETRY_SPREAD_MS = 3000;

/** As many tabs as a person may have open with one code, plus a few lost connections that are not noticed yet. */
export const MAX_PER_WALLET_SESSION = 4;

const HEADERS = { 'content-type': 'text/event-stream' };

/**
 * All event streams of a process. They are counted, kept alive by one timer, and closed together when the process drains.
 */
export function createEventStreams({ now, every, random, ...limits }: EventStreamsOptions) {
	const open = new Set<EventStream>();
	const counts = new Map<string, number>();
	let stopBeating: (() => void) | undefined;
	let isClosed = false;

	const countersOf = ({ browser, walletSessions, address }: StreamOwner): readonly Counter[] => [
		...[...new Set(walletSessions)].map(
			(id) => ({ key: `w ${id}`, max: MAX_PER_WALLET_SESSION, reason: 'streams_wallet_session' }) as const
		),
		{ key: `b ${browser}`, max: limits.maxPerBrowser, reason: 'streams_browser' },
		{ key: `a ${address}`, max: limits.maxPerAddress, reason: 'streams_address' }
	];

	function count(counters: readonly Counter[], by: 1 | -1): void {
		for (const { key } of counters) {
			const streams = (counts.get(key) ?? 0) + by;
			if (streams > 0) counts.set(key, streams);
			else counts.delete(key);
		}
	}

	function beat(): void {
		const nowMs = now();
		for (const stream of [...open]) stream.beat(nowMs);
	}

	function forget(stream: EventStream, counters: readonly Counter[]): void {
		open.delete(stream);
		count(counters, -1);
		if (open.size > 0) return;
		stopBeating?.();
		stopBeating = undefined;
	}

	return {
		/** The response to a HEAD request: the headers of a stream. */
		head: () => new Response(null, { headers: HEADERS }),

		/**
		 * Opens a stream of events and returns it as a response.
		 * @param lifeMs the longest that the stream lasts, in milliseconds
		 * @throws {Problem} `rate_limited` for an owner with too many streams, `busy` when the process has too many or drains
		 */
		open(owner: StreamOwner, lifeMs: number, source: EventSource): Response {
			if (isClosed) throw new Problem('busy', { facts: { reason: 'draining' } });
			const counters = countersOf(owner);
			const full = counters.find(({ key, max }) => (counts.get(key) ?? 0) >= max);
			if (full) throw refused('rate_limited', full.reason);
			if (open.size >= limits.maxPerProcess) throw refused('busy', 'streams_process');
			const retryMs = Math.round(MIN_RETRY_MS + random() * RETRY_SPREAD_MS);
			const onOver = (over: EventStream) => forget(over, counters);
			const stream = new EventStream(source, { endsAtMs: now() + lifeMs, retryMs, onOver });
			open.add(stream);
			count(counters, 1);
			stopBeating ??= every(HEARTBEAT_MS, beat);
			return new Response(new ReadableStream(stream), { headers: HEADERS });
		},

		/** Ends all streams and opens no more: the exit of the process would cut them. */
		closeAll(): void {
			isClosed = true;
			for (const stream of [...open]) stream.close();
		},

		size: () => open.size
	};
}

function refused(code: ProblemCode, reason: Refusal): Problem {
	countRefusal(reason);
	return new Problem(code, { facts: { reason } });
}
