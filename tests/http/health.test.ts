import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { startPortal } from '../harness/portal.ts';
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
	test('is answered by the portal alone, whatever is down behind it', async () => {
		landscape.sandbox.scenario('sts-down');
		landscape.sandbox.scenario('bridge-down');
		expect(await ask('/api/health')).toEqual({
			status: 200,
			body: { status: 'ok', version: expect.any(String), runtime: expect.stringMatching(new RegExp(`^${runtime} \\d`)) }
		});
	});
});

describe('readiness', () => {
	test('says what it has', async () => {
		await expect
			.poll(() => ask('/api/health/ready'), { timeout: 5000 })
			.toEqual({ status: 200, body: { status: 'ready', sts: 'up', bridge: 'up', store: 'none' } });
	});

	test('is refused while the STS is down', async () => {
		landscape.sandbox.scenario('sts-down');
		await expect
			.poll(() => ask('/api/health/ready'), { timeout: 5000 })
			.toEqual({ status: 503, body: { status: 'not_ready', sts: 'down', bridge: 'up', store: 'none' } });
	});

	test('is refused while the Auth Bridge is down', async () => {
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
