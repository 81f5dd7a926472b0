import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { headLines, openRawSocket } from '../harness/raw-socket.ts';
import { runtime } from '../harness/runtime.ts';
import { bareEnvironment } from './support/bare-environment.ts';

async function started(env: Readonly<Record<string, string>> = {}): Promise<Portal> {
	const portal = await startPortal({ runtime, env: { ...bareEnvironment, ...env } });
	onTestFinished(() => void portal.stop());
	return portal;
}

const get = (path: string, ...lines: readonly string[]) => headLines(`GET ${path} HTTP/1.1`, 'host: x', ...lines);

test('requests that are sent at once get their responses in their order, and their bodies stay apart', async () => {
	const { port } = await started();
	const body = 'logout_token=none';
	const type = 'content-type: application/x-www-form-urlencoded';
	const lines = ['host: x', type, `content-length: ${body.length}`];
	const post = headLines('POST /api/auth/backchannel-logout HTTP/1.1', ...lines) + body;
	const sent = get('/login') + post + get('/api/openapi.json') + get('/nowhere') + get('/api/me', 'connection: close');
	const received = await openRawSocket(port, sent).untilClosed;
	expect(received.match(/HTTP\/1\.1 \d{3}/g)?.map((line) => line.slice(-3))).toEqual([
		'200',
		'400',
		'200',
		'404',
		'401'
	]);
});

const CONNECTIONS = 20;
const REQUESTS = 1700;
const HEAP_MB = 128;

// Deno serves the requests of a connection one after the other, and reads no further ones before that.
test.runIf(runtime === 'node')(
	'clients that send thousands of requests at once and read no response do not fill the memory',
	async () => {
		const metricsPort = await freePort();
		const { port } = await started({
			NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
			METRICS_PORT: String(metricsPort)
		});
		const flood = get('/api/openapi.json').repeat(REQUESTS);
		for (let count = 0; count < CONNECTIONS; count++) {
			const socket = connect(port, '127.0.0.1').pause();
			onTestFinished(() => void socket.destroy());
			socket.on('error', () => {});
			socket.write(flood);
		}
		const closed = async () => {
			const metrics = await rawRequest(metricsPort, { path: '/metrics' });
			return Number(/^portal_refused_requests.*"requests_connection".* (\d+)/m.exec(metrics.body)?.[1]);
		};
		await expect.poll(closed, { timeout: 20_000 }).toBe(CONNECTIONS);
		expect((await rawRequest(port, { path: '/api/health' })).status).toBe(200);
	}
);
