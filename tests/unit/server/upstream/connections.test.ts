import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { NotConnected } from '$lib/server/http/upstream-error';
import type { ClientRequest, ClientResponse } from '$lib/server/upstream/client';
import { createConnections } from '$lib/server/upstream/connections';
import type { ProxySettings } from '$lib/server/upstream/egress';
import { makeAuthority } from '../../../harness/certificate';
import { startTlsFront } from '../../../harness/tls-front';
import { cutsBeforeAnswering, cutsMidBody, downUrl, json, startStub, type Stub } from '../http/stub-server';

const DIRECT: ProxySettings = { http: undefined, https: undefined, except: '' };

function client({ proxies = DIRECT, now }: { proxies?: ProxySettings; now?: () => number } = {}) {
	const send = createConnections(proxies, now);
	return (url: string, more: Partial<ClientRequest> = {}) =>
		send({ url, method: 'GET', signal: new AbortController().signal, ...more });
}
const post = { method: 'POST', body: 'x=1' };

/** A server on bare sockets, and the first lines of the requests that it received. */
async function startRaw(respond: (socket: Socket) => void): Promise<{ url: string; requests: string[] }> {
	const requests: string[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('data', (data) => {
			const head = /^[A-Z]+ \S+ HTTP/.exec(String(data));
			if (!head) return;
			requests.push(head[0]);
			respond(socket);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.close();
		for (const socket of sockets) socket.destroy();
	});
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Ports that requests came from; each is a connection. */
async function startCounting(): Promise<Stub & { ports: (number | undefined)[] }> {
	const ports: (number | undefined)[] = [];
	const stub = await startStub((request, response) => {
		ports.push(request.socket.remotePort);
		json(200, {})(request, response);
	});
	return Object.assign(stub, { ports });
}

const textOf = ({ body }: ClientResponse) => (body ? text(body) : Promise.resolve(''));

/** The body, once its connection is free for another request: undici waits for one turn of the event loop. */
async function read(response: Promise<ClientResponse>): Promise<string> {
	const body = await textOf(await response);
	for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
	return body;
}

describe('a request', () => {
	test('carries its method, path, headers and body, and brings the response', async () => {
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

	test('without a body says so', async () => {
		const stub = await startStub(json(200, {}));
		await client()(stub.url, { method: 'POST' });
		expect(stub.received[0]?.headers).toMatchObject({ 'content-length': '0' });
	});

	test('follows no redirect', async () => {
		const stub = await startStub((_request, response) => response.writeHead(303, { location: '/elsewhere' }).end());
		const response = await client()(stub.url);
		expect([response.status, response.headers.get('location'), stub.received.length]).toEqual([303, '/elsewhere', 1]);
	});

	test('is not sent when its signal has been aborted', async () => {
		const stub = await startStub(json(200, {}));
		await expect(client()(stub.url, { signal: AbortSignal.abort() })).rejects.toThrow();
		expect(stub.received).toEqual([]);
	});

	test.each([
		['closes', cutsBeforeAnswering],
		['resets', (request: { socket: Socket }) => void request.socket.resetAndDestroy()]
	])('that changes something is sent once when the other side %s the connection without a response', async (_, cut) => {
		const stub = await startStub(cut);
		for (const body of ['x=1', '']) await expect(client()(stub.url, { method: 'POST', body })).rejects.toThrow();
		await expect(client()(stub.url, { method: 'DELETE' })).rejects.toThrow();
		expect(stub.received.map(({ method }) => method)).toEqual(['POST', 'POST', 'DELETE']);
	});
});

describe('a connection', () => {
	test('is shared by reads, one after the other', async () => {
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

	test('is used for 30 s at most', async () => {
		const stub = await startCounting();
		let nowMs = 0;
		const send = client({ now: () => nowMs });
		for (nowMs of [0, 29_999, 30_000, 59_999]) await read(send(stub.url));
		expect(stub.ports[0]).toBe(stub.ports[1]);
		expect(stub.ports[1]).not.toBe(stub.ports[2]);
		expect(stub.ports[2]).toBe(stub.ports[3]);
	});

	test('that is 30 s old still finishes what is in flight', async () => {
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
	test('keeps headers apart that come several times', async () => {
		const cookies = ['a=1', 'b=2'];
		const stub = await startStub((_request, response) => response.writeHead(200, { 'set-cookie': cookies }).end());
		expect((await client()(stub.url)).headers.getSetCookie()).toEqual(cookies);
	});

	test.each([204, 304])('of status %i has no body', async (status) => {
		const stub = await startStub((_request, response) => response.writeHead(status).end());
		expect(await client()(stub.url)).toMatchObject({ status, body: null });
	});

	test('to HEAD has no body, whatever length it tells', async () => {
		const stub = await startStub((_request, response) => response.writeHead(200, { 'content-length': 5 }).end());
		expect(await client()(stub.url, { method: 'HEAD' })).toMatchObject({ status: 200, body: null });
	});

	test('that nobody reads and that breaks off disturbs nothing', async () => {
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
		['100 that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
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
		['half a head', 'HTTP/1.1 200 OK\r\nConte'],
		['a closed half of the connection, kept open', null]
	])('that begins with %s ends with the time limit', async (_, bytes) => {
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

describe('a connection that can’t be made', () => {
	const failure = async (sent: Promise<unknown>) => sent.catch((error: unknown) => error);

	test.each([
		['a port where nobody listens', () => downUrl(), 'ECONNREFUSED'],
		['a name that does not exist', () => Promise.resolve('http://nowhere.invalid/'), 'ENOTFOUND']
	])('to %s is reported as one in which nothing was sent', async (_, url, code) => {
		const error = await failure(client()(await url(), post));
		expect(error).toBeInstanceOf(NotConnected);
		expect(error).toMatchObject({ cause: expect.toSatisfy((cause: Error) => JSON.stringify(cause).includes(code)) });
	});

	test('to a server with an unknown certificate has its own error', async () => {
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

describe('an egress proxy', () => {
	/** Forwards requests in absolute form and CONNECT, and keeps their first lines. */
	async function startProxy(answer?: string | null, credentials = 'user:secret') {
		const seen: string[] = [];
		const heads: string[] = [];
		const server = createServer((socket) => {
			socket.on('error', () => {});
			socket.once('data', (data) => {
				const [line = ''] = String(data).split('\r\n');
				seen.push(line);
				heads.push(String(data));
				if (answer === null) return;
				if (answer !== undefined) return void socket.end(answer);
				const [method, target = ''] = line.split(' ');
				const { hostname, port } = new URL(method === 'CONNECT' ? `http://${target}` : target);
				const onward = connect(Number(port), hostname, () => {
					if (method === 'CONNECT') socket.write('HTTP/1.1 200 Connected\r\n\r\n');
					else onward.write(data);
					socket.pipe(onward).pipe(socket);
				});
				onward.on('error', () => socket.destroy());
				socket.once('close', () => onward.destroy());
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		onTestFinished(() => void server.close());
		return { url: `http://${credentials}@127.0.0.1:${(server.address() as AddressInfo).port}`, seen, heads };
	}

	test.each(['GET', 'POST'])('for http gets %s in absolute form', async (method) => {
		const [stub, proxy] = [await startStub(json(200, {})), await startProxy()];
		const send = client({ proxies: { http: proxy.url, https: undefined, except: '' } });
		await read(send(`${stub.url}/a?b=c`, { method }));
		expect([proxy.seen, stub.received.length]).toEqual([[`${method} ${stub.url}/a?b=c HTTP/1.1`], 1]);
	});

	test.each(['GET', 'POST'])('for https gets CONNECT for %s', async (method) => {
		const target = await downUrl();
		const proxy = await startProxy('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
		const { host } = new URL(target);
		const send = client({ proxies: { http: undefined, https: proxy.url, except: '' } });
		await expect(send(`https://${host}/`, { method })).rejects.toThrow(NotConnected);
		expect(proxy.seen).toEqual([`CONNECT ${host} HTTP/1.1`]);
	});

	test.each(['user:secret', 'token', 'to%2Fken'])(
		'that wants credentials gets %s, and its refusal means that nothing was sent',
		async (credentials) => {
			const refusal = 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n';
			const proxy = await startProxy(refusal, credentials);
			for (const method of ['GET', 'POST']) {
				for (const url of ['http://service.example/', 'https://service.example/']) {
					const send = client({ proxies: { http: proxy.url, https: proxy.url, except: '' } });
					await expect(send(url, { method })).rejects.toThrow(NotConnected);
				}
			}
			const [user = '', password = ''] = credentials.split(':');
			const sent = `Basic ${Buffer.from(`${decodeURIComponent(user)}:${password}`).toString('base64')}`;
			expect(proxy.heads.map((head) => head.includes(`\r\nproxy-authorization: ${sent}\r\n`))).toEqual([
				true,
				true,
				true,
				true
			]);
		}
	);

	test('that never responds to CONNECT is given up after 5 s: nothing was sent', async () => {
		const proxy = await startProxy(null);
		const send = client({ proxies: { http: undefined, https: proxy.url, except: '' } });
		await expect(send('https://service.example/', post)).rejects.toThrow(NotConnected);
	});

	test('that hangs up is asked once', async () => {
		const proxy = await startProxy('');
		const send = client({ proxies: { http: undefined, https: proxy.url, except: '' } });
		await expect(send('https://127.0.0.1:9/', post)).rejects.toThrow(NotConnected);
		expect(proxy.seen).toHaveLength(1);
	});

	test('for one scheme is not used for the other', async () => {
		const [stub, proxy] = [await startStub(json(200, {})), await startProxy()];
		const send = client({ proxies: { http: undefined, https: proxy.url, except: '' } });
		await read(send(stub.url));
		await read(send(stub.url, post));
		expect([proxy.seen, stub.received.length]).toEqual([[], 2]);
	});

	test('is passed by for the hosts of NO_PROXY', async () => {
		const [stub, proxy] = [await startStub(json(200, {})), await startProxy()];
		const send = client({ proxies: { http: proxy.url, https: proxy.url, except: '127.0.0.1' } });
		await read(send(stub.url));
		await read(send(stub.url, post));
		expect([proxy.seen, stub.received.length]).toEqual([[], 2]);
	});

	test('keeps connections as old as others, and gives each change one of its own', async () => {
		const [stub, proxy] = [await startCounting(), await startProxy()];
		let nowMs = 0;
		const send = client({ proxies: { http: proxy.url, https: undefined, except: '' }, now: () => nowMs });
		for (nowMs of [0, 1, 30_000]) await read(send(stub.url));
		await read(send(stub.url, post));
		await read(send(stub.url, post));
		expect(stub.ports[0]).toBe(stub.ports[1]);
		expect(new Set(stub.ports).size).toBe(4);
	});
});
