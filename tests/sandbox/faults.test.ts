import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BridgeCaller } from './bridge-caller.ts';
import { startSandbox, type Sandbox } from './index.ts';
import { parsed } from './parsed.ts';
import type { ScenarioName } from './scenarios.ts';

const anyPort = { stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 };
let sandbox: Sandbox;
let bridge: BridgeCaller;

beforeAll(async () => {
	sandbox = await startSandbox({ ...anyPort, portalUrl: 'http://localhost:3000' });
	bridge = new BridgeCaller(sandbox);
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.reset());

const control = async (method: string, path: string, body?: unknown) => {
	const response = await fetch(sandbox.controlUrl + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
	return { status: response.status, body: await parsed(response, v.unknown()) };
};
const health = () => fetch(`${sandbox.bridgeUrl}/health`, { redirect: 'manual' });

test('the fault "down" closes the connection of that operation only', async () => {
	sandbox.scenario('bridge-down', { operation: 'status' });
	await expect(bridge.status('any')).rejects.toThrow();
	expect((await health()).status).toBe(200);
});

test('the fault "cut" promises more bytes than it sends', async () => {
	sandbox.scenario('bridge-cut');
	await expect((await health()).text()).rejects.toThrow();
});

test.each<[ScenarioName, number, RegExp]>([
	['bridge-html', 200, /^<!doctype html>/i],
	['bridge-wrong-json', 200, /^\{"unexpected":\[true\]\}$/],
	['bridge-broken-json', 200, /^\{[^}]*$/],
	['bridge-500', 500, /error/],
	['bridge-401', 401, /error/]
])('the fault "%s" is returned as often as requested', async (name, status, body) => {
	sandbox.scenario(name, { times: 1 });
	const response = await health();
	expect(response.status).toBe(status);
	expect(await response.text()).toMatch(body);
	expect((await health()).status).toBe(200);
});

test('the fault "redirect" counts the requests that follow the redirect', async () => {
	sandbox.scenario('bridge-redirect');
	const response = await health();
	expect(response.status).toBe(303);
	await fetch(response.headers.get('location') ?? '');
	expect(sandbox.count('trap.visit')).toBe(1);
});

test('control over HTTP has the same effect as the calls in the process', async () => {
	const scenario = await control('POST', '/scenario', { name: 'bridge-500', times: 1 });
	expect(scenario.body).toEqual({ 'bridge-500': { times: 1 } });
	expect((await health()).status).toBe(500);
	const { id } = await bridge.create();
	const shared = await control('POST', `/wallet/${id}/share`, { person: 'known-student' });
	expect(shared.body).toEqual({ outcome: 'accepted' });
	expect((await control('GET', `/sessions/${id}`)).body).toMatchObject({ status: 'VERIFIED' });
	await control('POST', '/reset');
	expect((await control('GET', '/counts')).body).toEqual({ operations: {}, statusReads: {}, refreshGrants: 0 });
});

test('an unknown scenario, parameter or session is refused', async () => {
	expect((await control('POST', '/scenario', { name: 'sunshine' })).status).toBe(400);
	expect((await control('POST', '/scenario', { name: 'bridge-slow', minutes: 3 })).status).toBe(400);
	expect((await control('POST', '/wallet/none/open')).status).toBe(404);
});

test('the error for a port in use names the port and the variable that changes it', async () => {
	const taken = Number(new URL(sandbox.bridgeUrl).port);
	await expect(startSandbox({ ...anyPort, bridgePort: taken })).rejects.toThrow(
		new RegExp(`^Port ${taken} \\(Auth Bridge\\) is already in use.* SANDBOX_BRIDGE_PORT=<port>$`)
	);
});
