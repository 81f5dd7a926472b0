import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createPortalServer } from '../../../../src/entry/node/server';
import type { Respond } from '../../../../src/entry/startup';
import { startMetrics } from '../../server/metrics-reader';
import { portalSettings } from './portal-settings';

let read: ReturnType<typeof startMetrics>;
beforeAll(() => {
	read = startMetrics();
});

const get = (path: string, ...lines: readonly string[]) =>
	[`GET ${path} HTTP/1.1`, 'host: localhost', ...lines, '', ''].join('\r\n');

/** A connection to a server whose application completes a response when `release` is called. */
async function connected(headers: Readonly<Record<string, string>> = {}) {
	const started: string[] = [];
	const waiting: (() => void)[] = [];
	const respond: Respond = async ({ url, method, body }) => {
		const path = new URL(url).pathname;
		started.push(path);
		if (method === 'POST') await new Response(body).text();
		await new Promise<void>((resolve) => waiting.push(resolve));
		return new Response(`response to ${path};`, { headers });
	};
	const server = createPortalServer(respond, portalSettings).listen(0, '127.0.0.1');
	onTestFinished(() => server.close().closeAllConnections());
	await once(server, 'listening');
	const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
	onTestFinished(() => void socket.destroy());
	const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
	const received = text(socket).catch(() => '');
	return {
		socket,
		started,
		received,
		accepted,
		/** Completes the response to the request that is being served. */
		release: async () => {
			await expect.poll(() => waiting).toHaveLength(1);
			waiting.shift()?.();
		}
	};
}

const bodies = (received: string) => received.match(/response to [^;]*/g) ?? [];

test('the requests of a connection are served one after the other', async () => {
	const { socket, started, received, release } = await connected();
	const post = 'POST /2 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\n\r\nbody';
	socket.write(get('/1') + post + get('/3', 'connection: close'));
	for (const served of [['/1'], ['/1', '/2'], ['/1', '/2', '/3']]) {
		await expect.poll(() => started).toEqual(served);
		await release();
	}
	expect(bodies(await received)).toEqual(['response to /1', 'response to /2', 'response to /3']);
});

test('the tenth request without a response is served, and the eleventh ends the connection', async () => {
	const ten = Array.from({ length: 10 }, (_, n) => get(`/${n}`));
	const full = await connected();
	full.socket.write(ten.join(''));
	for (const _ of ten) await full.release();
	await expect.poll(() => full.started).toHaveLength(10);
	full.socket.end();
	expect(bodies(await full.received)).toHaveLength(10);

	const flooded = await connected();
	flooded.socket.write(ten.join('').repeat(20));
	expect(await flooded.received).toBe('');
	await flooded.release();
	expect(flooded.started).toEqual(['/0']);
	expect(await read.counted('portal.refused_requests')).toEqual([[{ reason: 'requests_connection' }, 1]]);
});

test('requests that wait are not served after the client has disconnected', async () => {
	const { socket, started, accepted, release } = await connected();
	socket.write(get('/1') + get('/2'));
	await expect.poll(() => started).toEqual(['/1']);
	const closed = once(await accepted, 'close');
	socket.destroy();
	await closed;
	await release();
	expect(started).toEqual(['/1']);
});

test('requests that wait are not served after a response that closes the connection', async () => {
	const { socket, started, received, release } = await connected({ connection: 'close' });
	socket.write(get('/1') + get('/2'));
	await release();
	expect(bodies(await received)).toEqual(['response to /1']);
	expect(started).toEqual(['/1']);
});
