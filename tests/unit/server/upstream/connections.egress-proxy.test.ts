import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { faultOf, NotConnected } from '$lib/server/http/upstream-error';
import { downUrl, json, startStub } from '../http/stub-server';
import { client, post, read, startCounting } from './connections-fixture';

describe('an egress proxy', () => {
	/** Forwards requests in absolute form and CONNECT, and keeps their first lines. */
	async function startProxy(reply?: string | null, credentials = 'user:secret') {
		const seen: string[] = [];
		const heads: string[] = [];
		const server = createServer((socket) => {
			socket.on('error', () => {});
			socket.once('data', (data) => {
				const [line = ''] = String(data).split('\r\n');
				seen.push(line);
				heads.push(String(data));
				if (reply === null) return;
				if (reply !== undefined) return void socket.end(reply);
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

	test.each(['GET', 'POST'])('for http receives %s in absolute form', async (method) => {
		const [stub, proxy] = [await startStub(json(200, {})), await startProxy()];
		const send = client({ proxies: { http: proxy.url, https: undefined, except: '' } });
		await read(send(`${stub.url}/a?b=c`, { method }));
		expect([proxy.seen, stub.received.length]).toEqual([[`${method} ${stub.url}/a?b=c HTTP/1.1`], 1]);
	});

	test.each(['http', 'https'])('for %s that cannot be reached is named without its credentials', async (scheme) => {
		const { host } = new URL(await downUrl());
		const proxy = `http://user:secret@${host}`;
		const send = client({ proxies: { http: proxy, https: proxy, except: '' } });
		const url = `${scheme}://service.example/path?person=1`;
		const error: unknown = await send(url).catch((thrown: unknown) => thrown);
		const fault = faultOf(error, { url, timedOut: false, cancelled: false, responding: false });
		const port = scheme === 'http' ? 80 : 443;
		expect(fault.message).toBe(
			`upstream fault: unreachable (ECONNREFUSED, service.example:${port} through the proxy ${host})`
		);
	});

	test.each(['GET', 'POST'])('for https receives CONNECT for %s', async (method) => {
		const target = await downUrl();
		const proxy = await startProxy('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
		const { host } = new URL(target);
		const send = client({ proxies: { http: undefined, https: proxy.url, except: '' } });
		await expect(send(`https://${host}/`, { method })).rejects.toThrow(NotConnected);
		expect(proxy.seen).toEqual([`CONNECT ${host} HTTP/1.1`]);
	});

	test.each(['user:secret', 'token', 'to%2Fken'])(
		'that requires credentials receives %s, and its refusal means that nothing was sent',
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

	test('that never responds to CONNECT times out after 5 s, with nothing sent', async () => {
		const proxy = await startProxy(null);
		const send = client({ proxies: { http: undefined, https: proxy.url, except: '' } });
		await expect(send('https://service.example/', post)).rejects.toThrow(NotConnected);
	});

	test('that closes the connection is not tried again', async () => {
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

	test('is bypassed for the hosts of NO_PROXY', async () => {
		const [stub, proxy] = [await startStub(json(200, {})), await startProxy()];
		const send = client({ proxies: { http: proxy.url, https: proxy.url, except: '127.0.0.1' } });
		await read(send(stub.url));
		await read(send(stub.url, post));
		expect([proxy.seen, stub.received.length]).toEqual([[], 2]);
	});

	test('reuses connections as long as without a proxy, and uses a new one for each change', async () => {
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
