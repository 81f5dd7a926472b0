import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createEventStreams, type EventSink } from '$lib/server/http/event-stream';
import { virtualClock } from '../../virtual-clock';

/** Streams on a controlled clock; `open` returns the stream's reader, what it can be sent, and whether it was stopped. */
function setUp({ maxPerProcess = 100, maxPerBrowser = 100, maxPerAddress = 100 } = {}) {
	const clock = virtualClock();
	const { now, every } = clock;
	const streams = createEventStreams({ maxPerProcess, maxPerBrowser, maxPerAddress, now, every, random: () => 0.5 });
	return {
		clock,
		streams,
		open: (browser = 'b', lifeMs = 3_600_000, { walletSessions = [randomUUID()] as string[], address = '' } = {}) => {
			const state: { sink?: EventSink; stops: number } = { stops: 0 };
			const response = streams.open({ browser, walletSessions, address }, lifeMs, (sink) => {
				state.sink = sink;
				return () => {
					state.stops++;
				};
			});
			const reader = (response.body as ReadableStream<Uint8Array>).getReader();
			const read = async () => {
				const { done, value } = await reader.read();
				return done ? null : new TextDecoder().decode(value);
			};
			return {
				response,
				read,
				leave: () => reader.cancel(),
				state,
				send: (text: string) => state.sink?.send('k', text)
			};
		}
	};
}

test('a stream starts immediately with an event and a reconnection time', async () => {
	const { response, read } = setUp().open();
	expect(response.headers.get('content-type')).toBe('text/event-stream');
	expect(await read()).toBe('event: connected\nretry: 3500\ndata: {}\n\n');
});

const heartbeat = 'event: heartbeat\ndata: {}\n\n';

test('a stream sends a heartbeat every four seconds', async () => {
	const { clock, open } = setUp();
	const { read } = open();
	await read();
	const next = read();
	await clock.advance(4000);
	expect(await next).toBe(heartbeat);
});

test('a slow client receives only the newest event of each key', async () => {
	const { read, send, state } = setUp().open();
	for (const text of ['one\n\n', 'two\n\n', 'three\n\n']) send(text);
	state.sink?.send('other', 'else\n\n');
	await read();
	expect(await read()).toBe('three\n\nelse\n\n');
});

test('a client that begins to read never receives an older event of a key after a newer one', async () => {
	const { open, streams } = setUp();
	const { read, send } = open();
	send('one\n\n');
	const connected = read();
	send('two\n\n');
	await connected;
	const first = await read();
	streams.closeAll();
	expect([first, await read()]).toEqual(['two\n\n', null]);
});

test('a client that reads nothing for over a minute is dropped', async () => {
	const { clock, open, streams } = setUp();
	const { state } = open();
	await clock.advance(60_000);
	expect([streams.size(), state.stops]).toEqual([1, 0]);
	await clock.advance(4000);
	expect([streams.size(), state.stops]).toEqual([0, 1]);
});

test('a client that disconnects stops the source of its stream, once', async () => {
	const { open, streams } = setUp();
	const { leave, state, send } = open();
	await leave();
	send('too late\n\n');
	streams.closeAll();
	expect([streams.size(), state.stops]).toEqual([0, 1]);
});

test('a stream that is closed sends the remaining events, and ends', async () => {
	const { read, send, state } = setUp().open();
	send('last\n\n');
	state.sink?.close();
	expect([await read(), await read(), await read(), state.stops]).toEqual([
		expect.stringContaining('event: connected'),
		'last\n\n',
		null,
		1
	]);
});

test('a stream that is closed while it opens is stopped too', () => {
	const { streams } = setUp();
	let stops = 0;
	streams.open({ browser: 'b', walletSessions: ['w'], address: '' }, 1000, (sink) => {
		sink.close();
		return () => {
			stops++;
		};
	});
	expect([streams.size(), stops]).toEqual([0, 1]);
});

test('a stream ends after its maximum duration', async () => {
	const { clock, open } = setUp();
	const { read } = open('b', 6000);
	await read();
	const beat = read();
	await clock.advance(4000);
	expect(await beat).toBe(heartbeat);
	const end = read();
	await clock.advance(4000);
	expect(await end).toBeNull();
});

test('all streams end together, and no timers remain', async () => {
	const { clock, streams, open } = setUp();
	const all = [open(), open(), open()];
	streams.closeAll();
	await clock.advance(60_000);
	expect(all.map(({ state }) => state.stops)).toEqual([1, 1, 1]);
	expect(await Promise.all(all.map(async ({ read }) => [await read(), await read()][1]))).toEqual([null, null, null]);
});

test('a stream is refused after all were closed, because the process is draining', () => {
	const { streams, open } = setUp();
	open();
	streams.closeAll();
	expect(() => open()).toThrow(expect.objectContaining({ code: 'busy', status: 503, facts: { reason: 'draining' } }));
});

test('a browser has a limited number of streams, and can open another after one of them ends', async () => {
	const { open } = setUp({ maxPerBrowser: 2 });
	const { leave } = open('one');
	open('one');
	expect(() => open('one')).toThrow(expect.objectContaining({ code: 'rate_limited' }));
	expect(() => open('another')).not.toThrow();
	await leave();
	expect(() => open('one')).not.toThrow();
});

const refused = expect.objectContaining({ code: 'rate_limited' }) as unknown;

test('a wallet session has at most four streams at a time, for any number of browser ids', async () => {
	const { open, streams } = setUp();
	const walletSessions = ['w'];
	const [{ leave }] = [1, 2, 3, 4].map((n) => open(`browser ${n}`, 1000, { walletSessions })) as [
		ReturnType<typeof open>
	];
	for (let n = 5; n < 100; n++) expect(() => open(`browser ${n}`, 1000, { walletSessions })).toThrow(refused);
	expect(streams.size()).toBe(4);
	await leave();
	expect(() => open('browser 100', 1000, { walletSessions })).not.toThrow();
});

test('a stream for several wallet sessions counts once for each of them', async () => {
	const { open } = setUp();
	const { leave } = open('b', 1000, { walletSessions: ['one', 'two', 'two'] });
	for (const id of ['one', 'two']) {
		for (let n = 0; n < 3; n++) open('b', 1000, { walletSessions: [id] });
		expect(() => open('b', 1000, { walletSessions: [id, 'three'] })).toThrow(refused);
	}
	await leave();
	expect(() => open('b', 1000, { walletSessions: ['one', 'two'] })).not.toThrow();
});

test('an address has a limited number of streams, for any browsers and wallet sessions', async () => {
	const { open } = setUp({ maxPerAddress: 2 });
	const { leave } = open('one', 1000, { address: '192.0.2.1' });
	open('two', 1000, { address: '192.0.2.1' });
	expect(() => open('three', 1000, { address: '192.0.2.1' })).toThrow(refused);
	expect(() => open('three', 1000, { address: '192.0.2.2' })).not.toThrow();
	await leave();
	expect(() => open('three', 1000, { address: '192.0.2.1' })).not.toThrow();
});

test('a refused stream does not count towards any limit', () => {
	const { open } = setUp({ maxPerAddress: 1 });
	open('one', 1000, { address: '192.0.2.1' });
	for (let n = 0; n < 10; n++)
		expect(() => open('two', 1000, { walletSessions: ['w'], address: '192.0.2.1' })).toThrow(refused);
	expect(() => open('two', 1000, { walletSessions: ['w'], address: '192.0.2.2' })).not.toThrow();
});

test('a process has a limited number of streams', () => {
	const { open } = setUp({ maxPerProcess: 2 });
	open('one');
	open('two');
	expect(() => open('three')).toThrow(
		expect.objectContaining({ code: 'busy', status: 503, facts: { reason: 'streams_process' } })
	);
});
