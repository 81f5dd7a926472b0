import { countRefusal, type Refusal } from '../metrics';
import { EventStream, type EventSource } from './event-stream';
import { Problem, type ProblemCode } from './problem';

export interface EventStreamsOptions {
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
export interface StreamOwner {
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
const LEAST_RETRY_MS = 2000;
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
			const retryMs = Math.round(LEAST_RETRY_MS + random() * RETRY_SPREAD_MS);
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
