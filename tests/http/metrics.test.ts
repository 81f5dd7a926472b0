import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { isListening, type Portal, runToEnd, startPortal } from '../harness/portal.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { scrape } from '../harness/scrape.ts';
import { bareEnvironment } from './support/bare-environment.ts';

const MAX_CONNECTIONS = 64;
const listeningLines = ({ logs }: Pick<Portal, 'logs'>) => logs().match(/"message":"listening[^"]*"/g);

describe('with METRICS_PORT', () => {
	let port: number;
	let portal: Portal;
	beforeAll(async () => {
		port = await freePort();
		portal = await startPortal({ runtime, env: { ...bareEnvironment, METRICS_PORT: String(port) } });
	});
	afterAll(async () => {
		await portal.stop();
	});

	test('metrics are served on that port from the start, with the portal’s version and without a collector', async () => {
		const { status, headers, text, series } = await scrape(port);
		expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
		expect(text).toMatch(/^target_info\{service_name="eduid-wallet-portal",service_version="[\d.]+"\} 1$/m);
		expect(series).toContain('portal_event_streams_limit{}');
		expect(listeningLines(portal)).toHaveLength(2);
		expect(portal.logs()).toMatch(/"message":"listening".*"version":"[\d.]+","url":"http:/);
	});

	test('a refused request is counted, whether the entry or the application refused it', async () => {
		await fetch(`${portal.url}/api/auth/signout`, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
		await fetch(`${portal.url}/login`, { headers: { 'x-large': 'x'.repeat(17_000) } });
		const { samples } = await scrape(port);
		expect(samples.get('portal_refused_requests_total{reason="origin"}')).toBe(1);
		expect(samples.get('portal_refused_requests_total{reason="header_size"}')).toBe(1);
	});

	test('only metrics are served on that port, and the public port does not serve them', async () => {
		const status = async (path: string, method = 'GET') => (await rawRequest(port, { path, method })).status;
		expect(await Promise.all(['/', '/login', '/metrics/', '/api/health'].map((path) => status(path)))).toEqual([
			404, 404, 404, 404
		]);
		const posted = await rawRequest(port, { path: '/metrics', method: 'POST', body: ['x'.repeat(1000)] });
		expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD']);
		const head = await rawRequest(port, { path: '/metrics?a=b', method: 'HEAD' });
		expect([head.status, head.body]).toEqual([200, '']);
		expect((await fetch(`${portal.url}/metrics`)).status).toBe(404);
	});

	test('a head above 8 kB and a 65th connection are refused', async () => {
		const sockets = Array.from({ length: MAX_CONNECTIONS + 1 }, () => connect(port, '127.0.0.1'));
		await Promise.race(sockets.map((socket) => once(socket.resume(), 'close')));
		for (const socket of sockets) socket.destroy();
		await vi.waitFor(async () => {
			const large = await rawRequest(port, { path: '/metrics', headers: { a: 'x'.repeat(9000) } });
			expect(large.status).toBe(431);
		});
	});

	test('a second portal on the same port exits with one line that names the port', async () => {
		const env = {
			...bareEnvironment,
			AUTH_URL: 'http://localhost:3000',
			HOST: '127.0.0.1',
			METRICS_PORT: String(port)
		};
		const { code, logs } = await runToEnd({ runtime, env: { ...env, PORT: String(await freePort()) } });
		expect(code).toBe(1);
		expect(logs.split('\n').filter((line) => !line.startsWith('{') && line !== '')).toEqual([
			`The portal can't start: 127.0.0.1:${port} is taken by another program. Stop that program, or set METRICS_PORT.`
		]);
	});

	// The last test of the group: it stops the portal.
	test('the port closes when the portal stops, even with open connections', async () => {
		const socket = connect(port, '127.0.0.1');
		await once(socket, 'connect');
		const ended = once(socket.resume(), 'close');
		expect(await portal.stop()).toBe(0);
		await ended;
		expect(await isListening(port)).toBe(false);
		expect(portal.logs()).not.toContain('"ERROR"');
	});
});

test('without METRICS_PORT a portal listens on its own port only', async () => {
	const portal = await startPortal({ runtime, env: { ...bareEnvironment, METRICS_HOST: '127.0.0.1' } });
	await portal.stop();
	expect(listeningLines(portal)).toHaveLength(1);
});
