import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StatusUpdate } from '$lib/wallet/status-client';
import { openPage } from './status-client-fixture';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const opened = (sessionId: string): StatusUpdate => ({
	sessionId,
	response: { kind: 'status', status: 'INTERACTION_STARTED', expiresInMs: 1 }
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('follows a session by one stream, without reading its status', async () => {
	const { streams, reads, updates } = openPage(['a']);
	await pass(0);
	streams[0]?.send(opened('a'));
	await pass(15_000);
	expect([streams.length, reads, updates]).toEqual([1, [], [opened('a')]]);
});

test('polls each second while the stream is broken, and waits longer before each new stream', async () => {
	const { streams, reads } = openPage(['a']);
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

test('polls less often, down to every 8 s, while there is no response', async () => {
	const { streams, reads, updates, setDown } = openPage(['a']);
	setDown();
	await pass(0);
	streams[0]?.end('broken');
	await pass(2000 + 4000 + 8000 + 8000 - 1);
	expect([reads.length, updates.every(({ response }) => response.kind === 'unreachable')]).toEqual([4, true]);
});

test('does not poll before Retry-After has passed', async () => {
	const { streams, reads, setDown } = openPage(['a', 'b']);
	setDown(15_000);
	await pass(0);
	streams[0]?.end('broken');
	await pass(14_999);
	expect(reads).toEqual(['a', 'b']);
	await pass(1);
	expect(reads).toEqual(['a', 'b', 'a', 'b']);
});

test('reads the status immediately when the page wakes up', async () => {
	const { reads, wake } = openPage(['a']);
	await pass(5000);
	wake();
	await pass(0);
	expect(reads).toEqual(['a']);
});

test('reads the status after 6 s without an event', async () => {
	const { reads, silence } = openPage(['a']);
	silence();
	await pass(6000);
	expect(reads).toEqual(['a']);
});

test('does not read while heartbeats arrive', async () => {
	const { reads } = openPage(['a']);
	await pass(60_000);
	expect(reads).toEqual([]);
});

test('a portal that stops responding is reported as unreachable within 10 s, until it responds', async () => {
	const { updates, freeze } = openPage(['a']);
	const thaw = freeze();
	await pass(9999);
	expect(updates).toEqual([]);
	await pass(1);
	expect(updates).toEqual([{ sessionId: 'a', response: { kind: 'unreachable' } }]);
	thaw();
	await pass(0);
	expect(updates.at(-1)?.response.kind).toBe('status');
});

test('opens a new stream when a session is added', async () => {
	const { follower, streams, openStreams } = openPage(['a']);
	await pass(0);
	follower.add('b');
	await pass(0);
	expect([streams.length, openStreams()]).toEqual([2, [['a', 'b']]]);
});

test('a hidden page closes its stream, and does not poll', async () => {
	const { reads, streams, openStreams, show } = openPage(['a']);
	await pass(0);
	show(false);
	await pass(120_000);
	expect([streams.length, openStreams(), reads]).toEqual([1, [], []]);
});

test('a page hidden while it polls stops polling', async () => {
	const { reads, streams, show } = openPage(['a']);
	await pass(0);
	streams[0]?.end('broken');
	await pass(500);
	show(false);
	await pass(120_000);
	expect(reads).toEqual(['a']);
});

test('a page that is shown again reads each session once, and opens a stream', async () => {
	const { reads, openStreams, show } = openPage(['a', 'b']);
	await pass(0);
	for (const isVisible of [false, true]) {
		show(isVisible);
		await pass(10_000);
	}
	expect([reads, openStreams()]).toEqual([['a', 'b'], [['a', 'b']]]);
});

test('a page that opens in the background waits until it is shown', async () => {
	const { reads, streams, openStreams, show } = openPage(['a'], { isVisible: false });
	await pass(60_000);
	expect([reads, streams.length]).toEqual([[], 0]);
	show(true);
	await pass(0);
	expect([reads, openStreams()]).toEqual([['a'], [['a']]]);
});

test('a session that is added while the page is hidden is in the next stream', async () => {
	const { follower, openStreams, show } = openPage(['a']);
	await pass(0);
	show(false);
	follower.add('b');
	await pass(0);
	expect(openStreams()).toEqual([]);
	show(true);
	await pass(0);
	expect(openStreams()).toEqual([['a', 'b']]);
});

test('does nothing once the page is closed', async () => {
	const { streams, reads, close, show } = openPage(['a']);
	await pass(0);
	close();
	for (const isVisible of [false, true]) show(isVisible);
	await pass(60_000);
	expect([streams.length, reads]).toEqual([1, []]);
});
