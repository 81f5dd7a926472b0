import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';

let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

async function ask(path: string, portalUrl = landscape.url) {
	const response = await fetch(portalUrl + path);
	return { status: response.status, body: await response.json() };
}

describe('health', () => {
	test('is ok even if every service behind the portal is down', async () => {
		landscape.sandbox.scenario('sts-down');
		landscape.sandbox.scenario('bridge-down');
		expect(await ask('/api/health')).toEqual({
			status: 200,
			body: { status: 'ok', version: expect.any(String), runtime: expect.stringMatching(new RegExp(`^${runtime} \\d`)) }
		});
	});
});

describe('readiness', () => {
	test('with scope=instance does not depend on the services behind the portal', async () => {
		landscape.sandbox.scenario('sts-down');
		landscape.sandbox.scenario('bridge-down');
		expect(await ask('/api/health/ready?scope=instance')).toEqual({ status: 200, body: { status: 'ready' } });
	});

	test('with an unknown scope gets a 400 response', async () => {
		expect(await ask('/api/health/ready?scope=cluster')).toMatchObject({ status: 400 });
	});

	test('reports the state of each service', async () => {
		await expect
			.poll(() => ask('/api/health/ready'), { timeout: 5000 })
			.toEqual({ status: 200, body: { status: 'ready', sts: 'up', bridge: 'up', store: 'none' } });
	});

	test('gets a 503 response while the STS is down', async () => {
		landscape.sandbox.scenario('sts-down');
		await expect
			.poll(() => ask('/api/health/ready'), { timeout: 5000 })
			.toEqual({ status: 503, body: { status: 'not_ready', sts: 'down', bridge: 'up', store: 'none' } });
	});

	test('gets a 503 response while the Auth Bridge is down', async () => {
		const env = { ...landscape.env, AUTH_BRIDGE_URL: `http://127.0.0.1:${await freePort()}` };
		const portal = await startPortal({ runtime, env });
		const { status, body } = await ask('/api/health/ready', portal.url);
		await portal.stop();
		expect({ status, body }).toEqual({
			status: 503,
			body: { status: 'not_ready', sts: 'up', bridge: 'down', store: 'none' }
		});
	});
});

describe('readiness, with an Auth Bridge that responds with status 502', () => {
	let status = 200;
	let looks = 0;
	let bridge: Server;
	let portal: Portal;

	beforeAll(async () => {
		bridge = createServer((_request, response) => {
			looks++;
			// The length of the page that GET would have.
			response.writeHead(status, { 'content-length': '512' }).end();
		});
		await new Promise<void>((resolve) => bridge.listen(0, '127.0.0.1', resolve));
		const { port } = bridge.address() as AddressInfo;
		portal = await startPortal({ runtime, env: { ...landscape.env, AUTH_BRIDGE_URL: `http://127.0.0.1:${port}` } });
	});
	afterAll(async () => {
		await portal.stop();
		bridge.close();
		bridge.closeAllConnections();
	});
	const linesWith = (text: string) =>
		portal
			.logs()
			.split('\n')
			.filter((line) => line.includes(text));
	const becomes = async (wanted: 'up' | 'down') => {
		const read = async () => ((await ask('/api/health/ready', portal.url)).body as { bridge: string }).bridge;
		await expect.poll(read, { timeout: 10_000 }).toBe(wanted);
	};

	// The unit tests of readiness have the other statuses: each change takes a second here.
	test('reports that the Auth Bridge is down, and logs the cause once per change', async () => {
		status = 404;
		await becomes('up');
		const lines = () => [linesWith('a service is unreachable'), linesWith('a service is reachable again')] as const;
		const counts = () => lines().map(({ length }) => length);
		// A log line may arrive shortly after its response.
		await expect.poll(() => new Set(counts()).size).toBe(1);
		const before = counts();
		status = 502;
		await becomes('down');
		const seen = looks;
		const looksOnceMore = async () => {
			await becomes('down');
			return looks;
		};
		await expect.poll(looksOnceMore, { timeout: 15_000 }).toBeGreaterThan(seen + 2);
		status = 404;
		await becomes('up');
		await expect.poll(counts).toEqual(before.map((count) => count + 1));
		const [gone] = lines();
		expect(gone.at(-1)).toContain('HEAD / has status 502');
		expect(gone.at(-1)).toContain('"peer":"bridge"');
	});
});

test('without a security contact there is no security.txt', async () => {
	expect((await fetch(`${landscape.url}/.well-known/security.txt`)).status).toBe(404);
});
