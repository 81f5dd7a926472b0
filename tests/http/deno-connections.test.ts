import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { portalCommand } from '../tasks/runtime.mjs';
import { bareEnvironment } from './support/bare-environment.ts';

const FILES = 100;

// Node closes connections above CONNECTIONS (capacity.test.ts), and does not serve HTTP/2.
describe.skipIf(runtime === 'node')('the server on Deno', () => {
	let portal: Portal;
	beforeAll(async () => {
		const shell = ['-c', `ulimit -n ${FILES} && exec "$@"`, 'sh', ...portalCommand('deno')];
		portal = await startPortal({
			runtime,
			env: { ...bareEnvironment, CONNECTIONS: String(FILES), SHUTDOWN_DELAY_SECONDS: '0' },
			command: ['sh', ...shell]
		});
	});
	afterAll(() => portal.stop());

	const health = () => fetch(`http://127.0.0.1:${portal.port}/api/health`).then(({ status }) => status);

	test('survives more connections than its limit of open files', { timeout: 60_000 }, async () => {
		const sockets: Socket[] = [];
		for (let n = 0; n < 2 * FILES; n++) {
			const socket = connect(portal.port, '127.0.0.1', () => socket.write('GET /login HTTP/1.1\r\nx: '));
			socket.on('error', () => {});
			sockets.push(socket);
		}
		await expect.poll(() => portal.logs(), { timeout: 20_000 }).toContain('accept connections; retrying');
		for (const socket of sockets) socket.destroy();
		await expect.poll(() => health().catch(() => 0), { timeout: 20_000 }).toBe(200);
	});

	test.each([
		['a@b', '/api/health', 400],
		['localhost', '/api/health', 200],
		['localhost', '/nosuch', 404]
	])('checks the host of an HTTP/2 request as that of any other (%s%s)', async (authority, path, status) => {
		const client = connectHttp2(`http://127.0.0.1:${portal.port}`);
		const request = client.request({ ':authority': authority, ':path': path });
		const [headers] = (await once(request, 'response')) as [Record<string, unknown>];
		client.destroy();
		expect(headers[':status']).toBe(status);
	});
});
