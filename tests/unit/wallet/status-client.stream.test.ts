import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followStream, type StatusUpdate } from '$lib/wallet/status-client';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An EventSource whose events the test sends. */
class Source extends EventTarget {
	isClosed = false;

	close(): void {
		this.isClosed = true;
	}

	send(type: string, data: object = {}): void {
		this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
	}
}

function start(sessionIds = ['a']) {
	const source = new Source();
	const urls: string[] = [];
	const updates: StatusUpdate[] = [];
	const events: number[] = [];
	const page = new AbortController();
	const ended = followStream(
		sessionIds,
		(update) => updates.push(update),
		page.signal,
		() => events.push(performance.now()),
		(url) => {
			urls.push(url);
			return source as unknown as EventSource;
		}
	);
	return { source, urls, heard: updates, events, ended, leave: () => page.abort() };
}

test('reports each session’s updates, and ends after the final one', async () => {
	const { source, urls, heard: updates, ended } = start(['a', 'b', 'c']);
	source.send('open');
	source.send('message', { sessionId: 'a', status: 'PENDING', expiresInMs: 5 });
	source.send('trouble', { sessionId: 'b', error: 'upstream_unavailable' });
	source.send('gone', { sessionId: 'c', error: 'not_found' });
	source.send('end');
	expect([await ended, source.isClosed, urls]).toEqual(['ended', true, ['/api/wallet/sessions/a/events?also=b,c']]);
	expect(updates).toEqual([
		{ sessionId: 'a', response: { kind: 'status', status: 'PENDING', expiresInMs: 5 } },
		{ sessionId: 'b', response: { kind: 'unreachable' } },
		{ sessionId: 'c', response: { kind: 'gone' } }
	]);
});

test('reports the connection and each heartbeat as an event, but not as an update', async () => {
	const { source, heard: updates, events, leave, ended } = start();
	source.send('connected');
	source.send('heartbeat');
	source.send('heartbeat');
	expect([events.length, updates]).toEqual([3, []]);
	leave();
	expect(await ended).toBe('broken');
});

test('does not wait longer than 2 s for the first event, even if the response head has arrived', async () => {
	const { source, ended } = start();
	source.send('open');
	await vi.advanceTimersByTimeAsync(1999);
	expect(source.isClosed).toBe(false);
	await vi.advanceTimersByTimeAsync(1);
	expect([await ended, source.isClosed]).toEqual(['broken', true]);
});

test.each([
	['connected', {}],
	['message', { sessionId: 'a', status: 'PENDING', expiresInMs: 5 }],
	['trouble', { sessionId: 'a', error: 'upstream_unavailable' }]
])('keeps a stream whose first event is %s', async (type, data) => {
	const { source } = start();
	source.send(type, data);
	await vi.advanceTimersByTimeAsync(600_000);
	expect(source.isClosed).toBe(false);
});

test.each([
	['breaks', (source: Source) => source.send('error')],
	['is aborted', (_source: Source, leave: () => void) => leave()]
])('closes a stream that %s', async (_how, happen) => {
	const { source, ended, leave } = start();
	source.send('open');
	happen(source, leave);
	expect([await ended, source.isClosed]).toEqual(['broken', true]);
});

test.each(['{"sessionId":"a","status":"EXP', '', '<html></html>', '{}', 'null'])(
	'treats a stream as broken if it sends an event that is not from the portal: %j',
	async (data) => {
		const { source, heard: updates, ended } = start();
		source.send('connected');
		source.dispatchEvent(new MessageEvent('gone', { data }));
		expect([await ended, source.isClosed, updates]).toEqual(['broken', true, []]);
	}
);
