import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createPortalServer } from '../../../../src/entry/node/server';
import type { Respond } from '../../../../src/entry/startup';
import { startMetrics } from '../../server/metrics-reader';
import { portalSettings } from './portal-settings';

const open: { close: () => void }[] = [];
afterEach(() => open.splice(0).forEach(({ close }) => close()));

let read: ReturnType<typeof startMetrics>;
beforeAll(() => {
	read = startMetrics();
});

const greet: Respond = () => Promise.resolve(new Response('hello'));

async function listening(
	limits: Parameters<typeof createPortalServer>[2],
	connections = portalSettings.connections,
	respond = greet,
	trustHost = false
) {
	const server = createPortalServer(respond, { ...portalSettings, connections, trustHost }, limits);
	server.listen(0, '127.0.0.1');
	open.push({ close: () => server.close().closeAllConnections() });
	await once(server, 'listening');
	return (server.address() as AddressInfo).port;
}

async function socketTo(port: number, bytes: string): Promise<Socket> {
	const socket = connect({ port, host: '127.0.0.1' });
	open.push({ close: () => socket.destroy() });
	await once(socket, 'connect');
	socket.write(bytes);
	return socket;
}

test('fifty connections with slow headers receive 408 and are closed, while other requests are served', async () => {
	const port = await listening({ headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 20 });
	const slow = await Promise.all(
		Array.from({ length: 50 }, () => socketTo(port, 'GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: '))
	);
	const received = slow.map((socket) => text(socket));
	expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello');
	const responses = await Promise.all(received);
	expect(responses.map((response) => response.split('\r\n')[0])).toEqual(
		slow.map(() => 'HTTP/1.1 408 Request Timeout')
	);
	expect(responses[0]).toContain('\r\nx-content-type-options: nosniff\r\n');
	expect(await read.counted('portal.refused_requests')).toEqual([[{ reason: 'slow_request' }, 50]]);
});

test('the limits for request heads, idle connections and requests match docs/security.md', () => {
	const server = createPortalServer(() => Promise.resolve(new Response()), portalSettings);
	const { headersTimeout, keepAliveTimeout, requestTimeout, maxConnections } = server;
	expect({ headersTimeout, keepAliveTimeout, requestTimeout, maxConnections }).toEqual({
		headersTimeout: 15_000,
		keepAliveTimeout: 65_000,
		requestTimeout: 0,
		maxConnections: portalSettings.connections
	});
});

test('an incomplete head is refused, although a whole request has no time limit', async () => {
	const port = await listening({ headersTimeout: 200, connectionsCheckingInterval: 20 });
	const socket = await socketTo(port, 'GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
	expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
});

test('a connection above the limit is closed and counted, until another one is closed', async () => {
	const port = await listening({}, 2);
	const [first, second] = [await socketTo(port, ''), await socketTo(port, '')];
	expect(await text(await socketTo(port, ''))).toBe('');
	expect(await read.counted('portal.refused_requests')).toContainEqual([{ reason: 'connections_process' }, 1]);
	second.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
	expect(await text(second)).toMatch(/^HTTP\/1\.1 200 /);
	first.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
	await once(first, 'data');
	expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
});

test('headers as large as all cookies of the portal together are accepted, and larger ones are refused', async () => {
	const port = await listening({});
	const withHeader = async (bytes: number) => {
		const padding = 'x'.repeat(bytes);
		const request = `GET / HTTP/1.1\r\nhost: localhost\r\ncookie: ${padding}\r\nconnection: close\r\n\r\n`;
		return (await text(await socketTo(port, request))).split('\r\n')[0];
	};
	expect(await withHeader(15_000)).toMatch(/^HTTP\/1\.1 200 /);
	expect(await withHeader(17_000)).toBe('HTTP/1.1 431 Request Header Fields Too Large');
});

/** Sends a request whose head has a number of short lines in the middle. */
async function throughLines(port: number, lines: number, before: string, after: string): Promise<string> {
	const short = Array.from({ length: lines }, (_, n) => `a${n}:\r\n`).join('');
	const head = `GET / HTTP/1.1\r\n${before}\r\n${short}${after}\r\nconnection: close\r\n\r\n`;
	return text(await socketTo(port, head));
}

test.each([10, 1100, 1600])('the address that a proxy adds after %i lines is the client’s', async (lines) => {
	const respond: Respond = (_, address) => Promise.resolve(new Response(address()));
	const port = await listening({}, undefined, respond, true);
	const [before, after] = ['host: localhost\r\nx-forwarded-for: 192.0.2.9', 'x-forwarded-for: 203.0.113.7'];
	expect(await throughLines(port, lines, before, after)).toContain('203.0.113.7');
});

test('a second Host header after more than a thousand lines is refused', async () => {
	const response = await throughLines(await listening({}), 1100, 'host: localhost', 'host: other.example');
	expect(response).toMatch(/^HTTP\/1\.1 400 /);
});

test('a head is refused by its size, also if it consists of short lines', async () => {
	const response = await throughLines(await listening({}), 3300, 'host: localhost', 'x-last: 1');
	expect(response).toMatch(/^HTTP\/1\.1 431 /);
});

test.each([
	['bytes that are no request', 'garbage\r\n\r\n'],
	['an incomplete head', 'GET / HT']
])('%s behind a request only end the connection, and get no response of their own', async (_, bytes) => {
	const limits = { headersTimeout: 100, connectionsCheckingInterval: 20 };
	let write = (_piece: string) => {};
	const chunks = new ReadableStream<string>({ start: (controller) => (write = (piece) => controller.enqueue(piece)) });
	const begun = () => Promise.resolve(new Response(chunks.pipeThrough(new TextEncoderStream())));
	const never = () => new Promise<Response>(() => {});
	for (const [respond, first] of [
		[begun, /^HTTP\/1\.1 200 [\s\S]*begun\r\n$/],
		[never, /^$/]
	] as const) {
		const socket = await socketTo(
			await listening(limits, undefined, respond),
			'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'
		);
		const received = text(socket);
		if (respond === begun) {
			write('begun');
			await once(socket, 'data');
		}
		socket.write(bytes);
		expect(await received).toMatch(first);
	}
});

test('a request of HTTP/1.1 must have a Host header, and one of HTTP/1.0 may have none', async () => {
	const port = await listening({});
	const statusOf = async (head: string) =>
		(await text(await socketTo(port, `${head}\r\nconnection: close\r\n\r\n`))).split(' ')[1];
	expect(await statusOf('GET / HTTP/1.1')).toBe('400');
	expect(await statusOf('GET / HTTP/1.0')).toBe('200');
	expect(await statusOf('GET / HTTP/1.1\r\nhost: localhost')).toBe('200');
});

test('a broken body gets 400, also while the application waits for it', async () => {
	const port = await listening({}, undefined, async (request) => new Response(await request.text()));
	const head = 'POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n';
	expect(await text(await socketTo(port, `${head}garbage\r\n\r\n`))).toMatch(/^HTTP\/1\.1 400 /);
});

/** More than the sockets between the two hold. */
const BODY_BYTES = 20_000_000;

/** Responds after the first chunk of a body. */
const respondEarly: Respond = async ({ body }) => {
	await body?.getReader().read();
	return new Response('enough', { status: 413 });
};

test('a client that sends its whole body before it reads still receives the response', async () => {
	const backends = [{ name: 'files', maxRequestBytes: BODY_BYTES }];
	const server = createPortalServer(respondEarly, { ...portalSettings, backends }).listen(0, '127.0.0.1');
	onTestFinished(() => {
		server.close().closeAllConnections();
	});
	await once(server, 'listening');
	const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
	onTestFinished(() => void socket.destroy());
	socket.write(`POST /api/backends/files/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${BODY_BYTES}\r\n\r\n`);
	await new Promise((resolve) => socket.write(Buffer.alloc(BODY_BYTES), resolve));
	const [received] = (await once(socket.resume(), 'data')) as [Buffer];
	expect(received.toString()).toMatch(/^HTTP\/1\.1 413 /);
});

test.each([
	['/api/me', 'application/json'],
	['/account', 'text/html; charset=utf-8']
])('an exception at %s results in %s for a client that accepts a page', async (path, type) => {
	const port = await listening({}, undefined, () => Promise.reject(new Error('secret')));
	const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept: 'text/html' } });
	expect([response.status, response.headers.get('content-type')]).toEqual([500, type]);
});
