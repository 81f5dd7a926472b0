import { type AddressInfo, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { ClientRequest, ClientResponse } from '$lib/server/upstream/client';
import { createConnections } from '$lib/server/upstream/connections';
import type { ProxySettings } from '$lib/server/upstream/egress';
import { json, startStub, type Stub } from '../http/stub-server';

const DIRECT: ProxySettings = { http: undefined, https: undefined, except: '' };

export function client({ proxies = DIRECT, now }: { proxies?: ProxySettings; now?: () => number } = {}) {
	const send = createConnections(proxies, now);
	return (url: string, more: Partial<ClientRequest> = {}) =>
		send({ url, method: 'GET', signal: new AbortController().signal, ...more });
}
export const post = { method: 'POST', body: 'x=1' };

/** A server on bare sockets, and the first lines of the requests that it received. */
export async function startRaw(respond: (socket: Socket) => void): Promise<{ url: string; requests: string[] }> {
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
export async function startCounting(): Promise<Stub & { ports: (number | undefined)[] }> {
	const ports: (number | undefined)[] = [];
	const stub = await startStub((request, response) => {
		ports.push(request.socket.remotePort);
		json(200, {})(request, response);
	});
	return Object.assign(stub, { ports });
}

export const textOf = ({ body }: ClientResponse) => (body ? text(body) : Promise.resolve(''));

/** The body, once its connection is free for another request: undici waits for one turn of the event loop. */
export async function read(response: Promise<ClientResponse>): Promise<string> {
	const body = await textOf(await response);
	for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
	return body;
}
