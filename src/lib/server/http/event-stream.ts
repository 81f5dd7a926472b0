import { countRefusal, type Refusal } from '../metrics';
import { Problem, type ProblemCode } from './problem';

/** One stream of server-sent events (HTML, 9.2) to one client. */

export interface EventSink {
	/**
	 * Sends an event. A client that doesn't keep up gets the newest of each key once it reads again.
	 * @param text a whole event: its lines, and an empty one
	 */
	send(key: string, text: string): void;
	/** Sends what is left, and ends. */
	close(): void;
}

/** Runs while the stream is open; answers how to stop. */
export type EventSource = (sink: EventSink) => () => void;

interface EventStreamOptions {
	/** When it ends by itself, in milliseconds of the registry's clock; a browser then connects anew. */
	readonly endsAtMs: number;
	/** How long a browser waits before it connects anew, in milliseconds. */
	readonly retryMs: number;
	readonly onOver: (stream: EventStream) => void;
}

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(':\n\n');
/** Heartbeats that a client may leave unread. */
const MAX_UNREAD = 4;

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
		// Sent at once: Node sends no head before the first bytes. An event and not a comment: a page can then tell whether a
		// proxy passes the body on, however long the first status takes.
		controller.enqueue(encoder.encode(`event: connected\nretry: ${this.#options.retryMs}\ndata: {}\n\n`));
		this.#stop = this.#source(this);
		if (this.#isOver) this.#stop();
	}

	pull(): void {
		this.#unread = 0;
		this.#flush();
	}

	/** The client has left. */
	cancel(): void {
		this.#end();
	}

	send(key: string, text: string): void {
		if (this.#isOver) return;
		if (this.#hasRoom()) this.#controller?.enqueue(encoder.encode(text));
		else (this.#held ??= new Map()).set(key, text);
	}

	close(): void {
		if (this.#isOver) return;
		this.#flush();
		this.#controller?.close();
		this.#end();
	}

	/** Keeps the connection alive through proxies; ends a stream that is over its time or that nobody reads. */
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
	/** How many streams this process, one browser and one address may have open. */
	readonly maxPerProcess: number;
	readonly maxPerBrowser: number;
	readonly maxPerAddress: number;
	/** Milliseconds; any clock that goes forward. */
	readonly now: () => number;
	/** Calls back every so many milliseconds; the answer ends that. */
	readonly every: (ms: number, callBack: () => void) => () => void;
	/** From 0 up to 1. */
	readonly random: () => number;
}

/** Whose a stream is, for its limits. A browser can get new ids at will, but no other wallet session and no other address. */
interface StreamOwner {
	/** The id of a browser's session or login transaction. */
	readonly browser: string;
	/** Which wallet sessions the stream is about. */
	readonly walletSessions: readonly string[];
	/** The network of the client's address (`networkOf`), or a third party's client id. */
	readonly address: string;
}

/** One of the limits that a stream counts for. */
interface Counter {
	readonly key: string;
	readonly max: number;
	readonly reason: Refusal;
}

export type EventStreams = ReturnType<typeof createEventStreams>;

/** Below the 30 s and more after which proxies drop a connection that is silent. */
const HEARTBEAT_MS = 15_000;
/** Spread out, so that the clients of a process that ends do not all come to the next one at once. */
const MIN_RETRY_MS = 2000;
const RETRY_SPREAD_MS = 3000;

/** As many tabs as a person may have open with one code, and a few connections that are lost but not yet noticed. */
export const MAX_PER_WALLET_SESSION = 4;

const HEADERS = { 'content-type': 'text/event-stream' };

/** All event streams of a process: counted, kept alive by one timer, and ended together when the process drains. */
export function createEventStreams({ now, every, random, ...limits }: EventStreamsOptions) {
	const open = new Set<EventStream>();
	const counts = new Map<string, number>();
	let stopBeating: (() => void) | undefined;

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
		/** What a stream's head says, for HEAD. */
		head: () => new Response(null, { headers: HEADERS }),

		/**
		 * Answers with a stream of events.
		 * @param lifeMs how long it lasts at most, in milliseconds
		 * @throws {Problem} `rate_limited` for an owner with too many, `busy` when the process has too many
		 */
		open(owner: StreamOwner, lifeMs: number, source: EventSource): Response {
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

/** Counts how long another side says nothing while something is expected of it. */
interface SilenceWatch {
	/** Waits for the other side from now on; begins anew where it waited already. */
	readonly expect: () => void;
	/** Nothing is expected for now. */
	readonly rest: () => void;
}

/** Calls back once the other side has been silent for so many milliseconds. */
export function watchSilence(limitMs: number, onSilence: () => void): SilenceWatch {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const rest = () => clearTimeout(timer);
	const expect = () => {
		rest();
		timer = setTimeout(onSilence, limitMs);
	};
	return { expect, rest };
}
