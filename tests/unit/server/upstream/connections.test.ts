import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { NotConnected } from '$lib/server/http/upstream-error';
import { makeAuthority } from '../../../harness/certificate';
import { startTlsFront } from '../../../harness/tls-front';
import { cutsBeforeResponding, cutsMidBody, downUrl, json, startStub } from '../http/stub-server';
import { client, post, read, startCounting, startRaw, textOf } from './connections-fixture';

describe('a request', () => {
	test('sends its method, path, headers and body, and returns the response', async () => {
		const stub = await startStub(json(201, { good: true }));
		const response = await client()(`${stub.url}/a?b=c`, { ...post, headers: { 'x-own': 'e' } });
		expect([response.status, await textOf(response)]).toEqual([201, '{"good":true}']);
		expect(stub.received).toMatchObject([{ method: 'POST', target: '/a?b=c', body: 'x=1' }]);
		expect(stub.received[0]?.headers).toMatchObject({
			'x-own': 'e',
			'content-length': '3',
			'accept-encoding': 'identity',
			connection: 'close'
		});
	});

	test('without a body has a Content-Length of 0', async () => {
		const stub = await startStub(json(200, {}));
		await client()(stub.url, { method: 'POST' });
		expect(stub.received[0]?.headers).toMatchObject({ 'content-length': '0' });
	});

	test('does not follow redirects', async () => {
		const stub = await startStub((_request, response) => response.writeHead(303, { location: '/elsewhere' }).end());
		const response = await client()(stub.url);
		expect([response.status, response.headers.get('location'), stub.received.length]).toEqual([303, '/elsewhere', 1]);
	});

	test('is not sent if its signal is already aborted', async () => {
		const stub = await startStub(json(200, {}));
		await expect(client()(stub.url, { signal: AbortSignal.abort() })).rejects.toThrow();
		expect(stub.received).toEqual([]);
	});

	test.each([
		['closes', cutsBeforeResponding],
		['resets', (request: { socket: Socket }) => void request.socket.resetAndDestroy()]
	])('that changes something is sent once when the other side %s the connection without a response', async (_, cut) => {
		const stub = await startStub(cut);
		for (const body of ['x=1', '']) await expect(client()(stub.url, { method: 'POST', body })).rejects.toThrow();
		await expect(client()(stub.url, { method: 'DELETE' })).rejects.toThrow();
		expect(stub.received.map(({ method }) => method)).toEqual(['POST', 'POST', 'DELETE']);
	});
});

describe('a connection', () => {
	test('is reused by consecutive reads', async () => {
		const stub = await startCounting();
		const send = client();
		await read(send(stub.url));
		await read(send(stub.url));
		expect(new Set(stub.ports).size).toBe(1);
	});

	test('is new for each request that changes or consumes something', async () => {
		const stub = await startCounting();
		const send = client();
		await read(send(stub.url));
		await read(send(stub.url, post));
		await read(send(stub.url, post));
		await read(send(stub.url, { reuse: false }));
		expect(new Set(stub.ports).size).toBe(4);
	});

	test('is used for at most 30 s', async () => {
		const stub = await startCounting();
		let nowMs = 0;
		const send = client({ now: () => nowMs });
		for (nowMs of [0, 29_999, 30_000, 59_999]) await read(send(stub.url));
		expect(stub.ports[0]).toBe(stub.ports[1]);
		expect(stub.ports[1]).not.toBe(stub.ports[2]);
		expect(stub.ports[2]).toBe(stub.ports[3]);
	});

	test('that is 30 s old still completes requests in flight', async () => {
		let finish = () => {};
		const stub = await startStub(({ method }, response) => {
			if (method === 'HEAD') return void response.end();
			response.write('begun ');
			finish = () => void response.end('done');
		});
		let nowMs = 0;
		const send = client({ now: () => nowMs });
		const slow = await send(stub.url);
		nowMs = 30_000;
		await send(stub.url, { method: 'HEAD' });
		finish();
		expect(await textOf(slow)).toBe('begun done');
	});
});

describe('a response', () => {
	test('keeps repeated headers separate', async () => {
		const cookies = ['a=1', 'b=2'];
		const stub = await startStub((_request, response) => response.writeHead(200, { 'set-cookie': cookies }).end());
		expect((await client()(stub.url)).headers.getSetCookie()).toEqual(cookies);
	});

	test.each([204, 304])('of status %i has no body', async (status) => {
		const stub = await startStub((_request, response) => response.writeHead(status).end());
		expect(await client()(stub.url)).toMatchObject({ status, body: null });
	});

	test('to HEAD has no body, whatever its Content-Length', async () => {
		const stub = await startStub((_request, response) => response.writeHead(200, { 'content-length': 5 }).end());
		expect(await client()(stub.url, { method: 'HEAD' })).toMatchObject({ status: 200, body: null });
	});

	test('that is not read and breaks off causes no unhandled error', async () => {
		const unhandled = vi.fn();
		process.on('unhandledRejection', unhandled).on('uncaughtException', unhandled);
		onTestFinished(() => void process.off('unhandledRejection', unhandled).off('uncaughtException', unhandled));
		const stub = await startStub(cutsMidBody);
		await client()(stub.url, post);
		await stub.stop();
		await new Promise((resolve) => setImmediate(resolve));
		expect(unhandled).not.toHaveBeenCalled();
	});

	test.each([
		['101', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
		['101 without an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
		['an unrequested 100', 'HTTP/1.1 100 Continue\r\n\r\n'],
		['a status below 100', 'HTTP/1.1 099 What\r\nContent-Length: 0\r\n\r\n'],
		['a status above 599', 'HTTP/1.1 600 What\r\nContent-Length: 0\r\n\r\n'],
		['999', 'HTTP/1.1 999 What\r\nContent-Length: 5\r\n\r\nhello'],
		['no HTTP', 'good day\r\n\r\n'],
		['endless headers', `HTTP/1.1 200 OK\r\n${'X-Y: z\r\n'.repeat(20_000)}\r\n`]
	])('that is %s fails, and the next request works', async (_, bytes) => {
		for (const method of ['GET', 'POST']) {
			let reply = bytes;
			const raw = await startRaw((socket) => socket.write(reply));
			const send = client();
			await expect(send(raw.url, { method })).rejects.toThrow();
			reply = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
			expect(await read(send(raw.url, { method }))).toBe('ok');
		}
	});

	test.each([
		['endless 103s', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'],
		['an incomplete response head', 'HTTP/1.1 200 OK\r\nConte'],
		['a half-closed connection', null]
	])('that starts with %s is aborted at the time limit', async (_, bytes) => {
		for (const method of ['GET', 'POST']) {
			const raw = await startRaw((socket) => socket.write(bytes ?? 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'));
			const stop = new AbortController();
			const response = client()(raw.url, { method, signal: stop.signal }).then(textOf);
			await vi.waitFor(() => expect(raw.requests).toHaveLength(1));
			stop.abort();
			await expect(response).rejects.toThrow();
		}
	});
});

describe('a connection that cannot be established', () => {
	const failure = async (sent: Promise<unknown>) => sent.catch((error: unknown) => error);

	test.each([
		['a closed port', () => downUrl(), 'ECONNREFUSED'],
		['a name that does not exist', () => Promise.resolve('http://nowhere.invalid/'), 'ENOTFOUND']
	])('to %s is reported as NotConnected, so nothing was sent', async (_, url, code) => {
		const error = await failure(client()(await url(), post));
		expect(error).toBeInstanceOf(NotConnected);
		expect(error).toMatchObject({ cause: expect.toSatisfy((cause: Error) => JSON.stringify(cause).includes(code)) });
	});

	test('to a server with an untrusted certificate has a specific error', async () => {
		const authority = await makeAuthority();
		onTestFinished(() => authority.remove());
		const stub = await startStub(json(200, {}));
		const front = await startTlsFront(Number(new URL(stub.url).port), await authority.issue());
		onTestFinished(() => front.stop());
		expect(await failure(client()(front.url, post))).toMatchObject({
			name: 'NotConnected',
			cause: { code: expect.stringMatching(/CERT|SIGNATURE/) }
		});
		expect(stub.received).toEqual([]);
	});
});
