import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FollowerDeps, type OnUpdate, StatusFollower, type StatusUpdate } from '$lib/wallet/status-client';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Stream {
	readonly sessionIds: readonly string[];
	readonly send: OnUpdate;
	readonly end: (outcome: 'ended' | 'broken') => void;
	isOpen: boolean;
}

/** Resolves when the signal aborts, or when the passed function is called. */
function interruptible(signal: AbortSignal, start: (done: () => void) => void): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		const done = () => {
			signal.removeEventListener('abort', done);
			resolve();
		};
		signal.addEventListener('abort', done);
		start(done);
	});
}

/** A page that follows these sessions, the streams that it opened and the sessions whose status it read. */
function open(sessionIds: readonly string[], { isVisible = true } = {}) {
	const page = new AbortController();
	const streams: Stream[] = [];
	const reads: string[] = [];
	const updates: StatusUpdate[] = [];
	const changes = new Set<() => void>();
	let wake = () => {};
	let isDown = false;
	let isSilent = false;
	let frozen = Promise.resolve();
	let retryAfterMs = 0;
	const deps: FollowerDeps = {
		readStatus: async (id) => {
			reads.push(id);
			await frozen;
			return isDown ? { kind: 'unreachable', retryAfterMs } : { kind: 'status', status: 'PENDING', expiresInMs: 1000 };
		},
		pause: (ms, signal) =>
			interruptible(signal, (done) => {
				setTimeout(done, ms);
				wake = done;
			}),
		stream: async (ids, send, signal, onEvent) => {
			let outcome: 'ended' | 'broken' = 'broken';
			const stream: Stream = { sessionIds: ids, send, isOpen: true, end: () => {} };
			const beats = setInterval(() => isSilent || onEvent(), 4000);
			streams.push(stream);
			await interruptible(signal, (done) => {
				Object.assign(stream, {
					end: (how: 'ended' | 'broken') => {
						outcome = how;
						done();
					}
				});
			});
			clearInterval(beats);
			stream.isOpen = false;
			return outcome;
		},
		visibility: {
			isVisible: () => isVisible,
			until: (wanted, signal) =>
				interruptible(signal, (done) => {
					const look = () => {
						if (isVisible === wanted) done();
					};
					changes.add(look);
					look();
				})
		}
	};
	const follower = new StatusFollower(sessionIds, (update) => updates.push(update), deps);
	void follower.run(page.signal);
	return {
		follower,
		streams,
		reads,
		updates,
		openStreams: () => streams.filter((stream) => stream.isOpen).map((stream) => stream.sessionIds),
		show: (is: boolean) => {
			isVisible = is;
			for (const change of changes) change();
		},
		setDown: (retryMs = 0) => {
			isDown = true;
			retryAfterMs = retryMs;
		},
		/** The stream sends no more heartbeats. */
		silence: () => (isSilent = true),
		/** Nothing responds any more, until the returned function is called. */
		freeze: () => {
			isSilent = true;
			let thaw = () => {};
			frozen = new Promise((resolve) => (thaw = resolve));
			return () => thaw();
		},
		wake: () => wake(),
		close: () => page.abort()
	};
}

const opened = (sessionId: string): StatusUpdate => ({
	sessionId,
	response: { kind: 'status', status: 'INTERACTION_STARTED', expiresInMs: 1 }
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('follows by one stream and reads nothing', async () => {
	const { streams, reads, updates } = open(['a']);
	await pass(0);
	streams[0]?.send(opened('a'));
	await pass(15_000);
	expect([streams.length, reads, updates]).toEqual([1, [], [opened('a')]]);
});

test('polls each second while the stream is broken, and opens a stream again, ever later', async () => {
	const { streams, reads } = open(['a']);
	await pass(0);
	streams[0]?.end('broken');
	await pass(7500);
	expect([streams.length, reads.length]).toEqual([1, 8]);
	await pass(500);
	expect(streams.length).toBe(2);
	streams[1]?.end('broken');
	await pass(15_500);
	expect(streams.length).toBe(2);
});

test('polls ever slower, up to every 8 s, while there is no response', async () => {
	const { streams, reads, updates, setDown } = open(['a']);
	setDown();
	await pass(0);
	streams[0]?.end('broken');
	await pass(2000 + 4000 + 8000 + 8000 - 1);
	expect([reads.length, updates.every(({ response }) => response.kind === 'unreachable')]).toEqual([4, true]);
});

test('does not poll before the portal wants to be read again', async () => {
	const { streams, reads, setDown } = open(['a', 'b']);
	setDown(15_000);
	await pass(0);
	streams[0]?.end('broken');
	await pass(14_999);
	expect(reads).toEqual(['a', 'b']);
	await pass(1);
	expect(reads).toEqual(['a', 'b', 'a', 'b']);
});

test('reads at once when the page wakes up', async () => {
	const { reads, wake } = open(['a']);
	await pass(5000);
	wake();
	await pass(0);
	expect(reads).toEqual(['a']);
});

test('reads when there was no event for 6 s', async () => {
	const { reads, silence } = open(['a']);
	silence();
	await pass(6000);
	expect(reads).toEqual(['a']);
});

test('does not read while heartbeats come', async () => {
	const { reads } = open(['a']);
	await pass(60_000);
	expect(reads).toEqual([]);
});

test('a portal that stops responding is reported within 10 s, and its response ends that', async () => {
	const { updates, freeze } = open(['a']);
	const thaw = freeze();
	await pass(9999);
	expect(updates).toEqual([]);
	await pass(1);
	expect(updates).toEqual([{ sessionId: 'a', response: { kind: 'unreachable' } }]);
	thaw();
	await pass(0);
	expect(updates.at(-1)?.response.kind).toBe('status');
});

test('opens a stream with a session that is added', async () => {
	const { follower, streams, openStreams } = open(['a']);
	await pass(0);
	follower.add('b');
	await pass(0);
	expect([streams.length, openStreams()]).toEqual([2, [['a', 'b']]]);
});

test('a hidden page closes its stream, and neither reads nor polls', async () => {
	const { reads, streams, openStreams, show } = open(['a']);
	await pass(0);
	show(false);
	await pass(120_000);
	expect([streams.length, openStreams(), reads]).toEqual([1, [], []]);
});

test('a page hidden while it polls stops polling', async () => {
	const { reads, streams, show } = open(['a']);
	await pass(0);
	streams[0]?.end('broken');
	await pass(500);
	show(false);
	await pass(120_000);
	expect(reads).toEqual(['a']);
});

test('a page that is shown again reads each session once, and opens a stream', async () => {
	const { reads, openStreams, show } = open(['a', 'b']);
	await pass(0);
	for (const isVisible of [false, true]) {
		show(isVisible);
		await pass(10_000);
	}
	expect([reads, openStreams()]).toEqual([['a', 'b'], [['a', 'b']]]);
});

test('a page that opens in the background waits until it is shown', async () => {
	const { reads, streams, openStreams, show } = open(['a'], { isVisible: false });
	await pass(60_000);
	expect([reads, streams.length]).toEqual([[], 0]);
	show(true);
	await pass(0);
	expect([reads, openStreams()]).toEqual([['a'], [['a']]]);
});

test('a session that is added while the page is hidden is in the next stream', async () => {
	const { follower, openStreams, show } = open(['a']);
	await pass(0);
	show(false);
	follower.add('b');
	await pass(0);
	expect(openStreams()).toEqual([]);
	show(true);
	await pass(0);
	expect(openStreams()).toEqual([['a', 'b']]);
});

test('does nothing any more once it is closed', async () => {
	const { streams, reads, close, show } = open(['a']);
	await pass(0);
	close();
	for (const isVisible of [false, true]) show(isVisible);
	await pass(60_000);
	expect([streams.length, reads]).toEqual([1, []]);
});
