import { anySignal, pageVisibility, pause, type Visibility } from './pause';
import { sessionUrl, type StatusResponse, statusOf, type WalletApi, walletApi } from './api';
import { isRecord } from './portal-fetch';

export interface FollowerDeps extends PollDeps {
	/** Follows the sessions over one stream; see `followStream`. */
	readonly stream: (
		sessionIds: readonly string[],
		onUpdate: OnUpdate,
		signal: AbortSignal,
		onEvent: () => void
	) => Promise<'ended' | 'broken'>;
	readonly visibility: Visibility;
}

/** A broken stream is opened again after this many rounds of polling, twice as many each time. */
const MIN_ROUNDS = 8;
const MAX_ROUNDS = 64;
/**
 * After this long without an event the page reads the status: a stream can be dead without an error. Longer than the
 * time between heartbeats (`HEARTBEAT_MS` of `src/lib/server/http/event-stream.ts`).
 */
const SILENCE_MS = 6000;
/** A portal that takes longer than this for a status counts as unreachable, until it responds. */
const FROZEN_MS = 4000;

/**
 * Follows the wallet sessions of one page: over an event stream, or by polling while no stream works. Only a visible page
 * has a stream, because a browser opens at most six HTTP/1.1 connections to one host. A page that is shown again reads the
 * status once.
 */
export class StatusFollower {
	readonly #sessionIds: Set<string>;
	readonly #deps: FollowerDeps;
	readonly #onUpdate: OnUpdate;
	#restart = new AbortController();
	#lastEventMs = 0;
	#isStreaming = false;

	constructor(sessionIds: Iterable<string>, onUpdate: OnUpdate, deps: FollowerDeps) {
		this.#sessionIds = new Set(sessionIds);
		this.#deps = deps;
		this.#onUpdate = (update) => {
			this.#lastEventMs = performance.now();
			if (this.#sessionIds.has(update.sessionId)) onUpdate(update);
		};
	}

	add(sessionId: string): void {
		if (this.#sessionIds.has(sessionId)) return;
		this.#sessionIds.add(sessionId);
		this.#restart.abort();
	}

	readonly #onEvent = (): void => {
		this.#lastEventMs = performance.now();
	};

	drop(sessionId: string): void {
		this.#sessionIds.delete(sessionId);
	}

	/** Runs until the signal aborts. */
	async run(signal: AbortSignal): Promise<void> {
		const { visibility } = this.#deps;
		while (!signal.aborted) {
			const isShownLate = !visibility.isVisible();
			await visibility.until(true, signal);
			const hidden = new AbortController();
			void visibility.until(false, signal).then(() => hidden.abort());
			const whileVisible = anySignal([signal, hidden.signal]);
			if (isShownLate) void this.#read(whileVisible);
			await Promise.all([this.#follow(whileVisible), this.#readWhenSilent(whileVisible)]);
		}
	}

	async #follow(signal: AbortSignal): Promise<void> {
		const { stream } = this.#deps;
		let rounds = MIN_ROUNDS;
		while (!signal.aborted) {
			this.#restart.abort();
			this.#restart = new AbortController();
			const untilRestart = anySignal([signal, this.#restart.signal]);
			const ids = [...this.#sessionIds];
			this.#isStreaming = true;
			const outcome = ids.length > 0 ? await stream(ids, this.#onUpdate, untilRestart, this.#onEvent) : 'ended';
			this.#isStreaming = outcome === 'ended';
			if (outcome === 'ended') await untilAborted(untilRestart);
			else if (!untilRestart.aborted) {
				await poll(this.#sessionIds, rounds, this.#onUpdate, untilRestart, this.#deps);
				rounds = Math.min(rounds * 2, MAX_ROUNDS);
			}
		}
	}

	/** Reads immediately when the page wakes up, and after a long silence. */
	async #readWhenSilent(signal: AbortSignal): Promise<void> {
		for (;;) {
			const beganMs = performance.now();
			await this.#deps.pause(SILENCE_MS, signal);
			const woke = performance.now() - beganMs < SILENCE_MS;
			const isSilent = this.#isStreaming && performance.now() - this.#lastEventMs >= SILENCE_MS;
			if (signal.aborted) return;
			if (woke || isSilent) await this.#read(signal);
		}
	}

	async #read(signal: AbortSignal): Promise<void> {
		await readOnce(this.#sessionIds, this.#onUpdate, signal, this.#deps);
	}
}

function untilAborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener('abort', () => resolve(), { once: true });
	});
}

interface PollDeps {
	readonly readStatus: WalletApi['readStatus'];
	/** Waits, or returns early when the page wakes up or the signal aborts. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const POLL_INTERVAL_MS = 1000;
const MAX_POLL_INTERVAL_MS = 8000;

/**
 * Reads the status of each session once. Returns null if all could be read, otherwise the milliseconds to wait that the
 * portal requires.
 */
async function readOnce(
	sessionIds: Iterable<string>,
	onUpdate: OnUpdate,
	signal: AbortSignal,
	{ readStatus }: Pick<PollDeps, 'readStatus'>
): Promise<number | null> {
	const ids = [...sessionIds];
	const late = setTimeout(() => {
		if (!signal.aborted) for (const sessionId of ids) onUpdate({ sessionId, response: { kind: 'unreachable' } });
	}, FROZEN_MS);
	const updates = await Promise.all(
		ids.map(async (sessionId) => ({ sessionId, response: await readStatus(sessionId, signal) }))
	);
	clearTimeout(late);
	if (signal.aborted) return null;
	for (const update of updates) onUpdate(update);
	const waitsMs = updates.flatMap(({ response }) =>
		response.kind === 'unreachable' ? [response.retryAfterMs ?? 0] : []
	);
	return waitsMs.length > 0 ? Math.max(...waitsMs) : null;
}

/**
 * Reads the status of sessions repeatedly, for a number of rounds or until the signal aborts. While the portal is
 * unreachable the interval grows, and it is never shorter than the portal requires.
 */
export async function poll(
	sessionIds: ReadonlySet<string>,
	rounds: number,
	onUpdate: OnUpdate,
	signal: AbortSignal,
	deps: PollDeps
): Promise<void> {
	let faults = 0;
	for (let round = 0; round < rounds && sessionIds.size > 0 && !signal.aborted; round++) {
		const retryAfterMs = await readOnce(sessionIds, onUpdate, signal, deps);
		faults = retryAfterMs === null ? 0 : faults + 1;
		const intervalMs = Math.min(POLL_INTERVAL_MS * 2 ** faults, MAX_POLL_INTERVAL_MS);
		await deps.pause(Math.max(intervalMs, retryAfterMs ?? 0), signal);
	}
}

/** An update about one session. */
export interface StatusUpdate {
	readonly sessionId: string;
	readonly response: StatusResponse;
}
export type OnUpdate = (update: StatusUpdate) => void;

/** The part of the browser's EventSource that is used. */
type OpenEventSource = (url: string) => EventSource;

/** A stream without an event in this time counts as broken: some proxies pass the head on and buffer the body. */
const FIRST_EVENT_MS = 2000;

/**
 * Follows sessions over one stream of server-sent events. Resolves to `ended` after the final status of all sessions.
 * Resolves to `broken` if the first event does not arrive in time, the stream breaks, or the signal aborts. It never
 * reconnects: that is up to the caller.
 * @param onEvent called for events that are not about a session
 */
export function followStream(
	sessionIds: readonly string[],
	onUpdate: OnUpdate,
	signal: AbortSignal,
	onEvent: () => void = () => {},
	openSource: OpenEventSource = (url) => new EventSource(url)
): Promise<'ended' | 'broken'> {
	const [first = '', ...others] = sessionIds;
	const query = others.length > 0 ? `?also=${others.join(',')}` : '';
	return new Promise((resolve) => {
		if (signal.aborted) return resolve('broken');
		const source = openSource(sessionUrl(first, 'events') + query);
		const done = (outcome: 'ended' | 'broken') => {
			clearTimeout(limit);
			signal.removeEventListener('abort', broken);
			source.close();
			resolve(outcome);
		};
		const broken = () => done('broken');
		const limit = setTimeout(broken, FIRST_EVENT_MS);
		const on = (type: string, read: (body: unknown) => StatusResponse) =>
			source.addEventListener(type, ({ data }: MessageEvent<string>) => {
				clearTimeout(limit);
				const body = parse(data);
				// A proxy has truncated or replaced the event: the caller reads the status instead.
				if (!isRecord(body) || typeof body.sessionId !== 'string') broken();
				else onUpdate({ sessionId: body.sessionId, response: read(body) });
			});

		signal.addEventListener('abort', broken);
		source.addEventListener('error', broken);
		source.addEventListener('connected', () => {
			clearTimeout(limit);
			onEvent();
		});
		source.addEventListener('heartbeat', onEvent);
		on('message', statusOf);
		on('trouble', () => ({ kind: 'unreachable' }));
		on('gone', () => ({ kind: 'gone' }));
		source.addEventListener('end', () => done('ended'));
	});
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

/** Follows wallet sessions in this browser. */
export function followInBrowser(sessionIds: readonly string[], onUpdate: OnUpdate): StatusFollower {
	const { readStatus } = walletApi();
	const deps = { readStatus, pause, stream: followStream, visibility: pageVisibility };
	return new StatusFollower(sessionIds, onUpdate, deps);
}
