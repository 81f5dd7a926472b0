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

export interface EventStreamOptions {
	/** When it ends by itself, in milliseconds of the registry's clock; a browser then connects anew. */
	readonly endsAtMs: number;
	/** How long a browser waits before it connects anew, in milliseconds. */
	readonly retryMs: number;
	readonly onOver: (stream: EventStream) => void;
}

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(':\n\n');
/** Heartbeats that a client may leave unread. */
const MOST_UNREAD = 4;

export class EventStream implements UnderlyingDefaultSource<Uint8Array>, EventSink {
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
		if (nowMs >= this.#options.endsAtMs || this.#unread >= MOST_UNREAD) this.close();
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
