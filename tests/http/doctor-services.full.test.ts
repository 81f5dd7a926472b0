import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AlteringProxy, startAlteringProxy } from '../harness/proxy.ts';
import { diagnose, healthyEnvironment } from '../harness/doctor.ts';
import { freePort } from '../harness/free-port.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver.ts';
import type { Environment } from '../harness/portal-process.ts';
import { runtime } from '../harness/runtime.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';

const PORTAL = 'http://localhost:3000';
const SERVICE_SECRET = 'portal-service-secret';
const serviceClient = { AUTH_BRIDGE_CLIENT_ID: 'portal-service', AUTH_BRIDGE_CLIENT_SECRET: SERVICE_SECRET };
let sandbox: Sandbox;
let bridge: AlteringProxy;
let closed: string;

beforeAll(async () => {
	closed = `http://127.0.0.1:${await freePort()}`;
	sandbox = await startSandbox({ portalUrl: PORTAL, stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 });
	bridge = await startAlteringProxy(sandbox.bridgeUrl);
});
afterAll(() => Promise.all([bridge.stop(), sandbox.stop()]));
beforeEach(() => {
	sandbox.reset();
	bridge.alter(null);
});

const consult = (env: Environment = {}, args: readonly string[] = []) =>
	diagnose({ ...healthyEnvironment(sandbox, PORTAL), ...env }, args);

describe('the service client', () => {
	test('gets a token, which the doctor sends to the Auth Bridge', async () => {
		const { bad, find, text } = await consult(serviceClient);
		expect(bad).toEqual([]);
		expect(find('sts.service-token')).toMatch(/^good: .*for the Auth Bridge/);
		const [statusRead] = sandbox.lastRequests('bridge', 'status');
		expect(statusRead?.headers.authorization).toMatch(/^Bearer ./);
		expect(text).not.toContain(String(statusRead?.headers.authorization).slice('Bearer '.length));
	});

	test.each([
		['a wrong secret', { ...serviceClient, AUTH_BRIDGE_CLIENT_SECRET: 'swordfish' }, 'invalid_client'],
		['a client that may not request tokens', { AUTH_BRIDGE_CLIENT_ID: 'portal-frontend' }, 'invalid_request']
	])('with %s is reported', async (_name, env, code) => {
		const { code: exit, find, text } = await consult(env);
		expect(find('sts.service-token')).toMatch(new RegExp(`^wrong: .*\\(${code}\\)\\. → .`));
		expect(text).not.toContain('swordfish');
		expect(exit).toBe(1);
	});

	test('whose token lacks the configured audience is reported as a warning', async () => {
		const { find } = await consult({
			...serviceClient,
			AUTH_BRIDGE_RESOURCE: 'https://bridge.example',
			AUTH_BRIDGE_AUDIENCE: 'https://other.example'
		});
		expect(find('sts.service-token')).toMatch(/^warning: .*not with the audience https:\/\/other\.example/);
	});

	test.each([
		[401, 'AUTH_BRIDGE_AUDIENCE'],
		[403, 'AUTH_BRIDGE_SCOPE']
	])('whose token the Auth Bridge refuses with %i is reported', async (status, setting) => {
		bridge.alter((response) => Object.assign(response, { status, body: '{"error":"no"}' }));
		const { find } = await consult({ ...serviceClient, AUTH_BRIDGE_URL: bridge.url });
		expect(find('bridge')).toMatch(
			new RegExp(`^wrong: .*refuses the service client’s token \\(status ${status}\\).*${setting}`)
		);
	});
});

describe('with --create-session, a wallet session', () => {
	test('is created and reported as good', async () => {
		const { bad, find } = await consult({}, ['--create-session']);
		expect(bad).toEqual([]);
		expect(find('bridge.session')).toMatch(/^good: /);
		expect(sandbox.counts().operations['bridge.create']).toBe(1);
	});

	test('that the Auth Bridge does not create is reported', async () => {
		sandbox.scenario('bridge-500', { operation: 'create' });
		const { code, find } = await consult({}, ['--create-session']);
		expect(find('bridge.session')).toMatch(/^wrong: .*does not create a wallet session .*WALLET_QUERY_ID/);
		expect(code).toBe(1);
	});

	test('whose address is too long for a QR code is reported as a warning', async () => {
		bridge.alter((response) => {
			response.body = response.body.replace(/("requestUri":"[^"]*)/, `$1${'x'.repeat(3500)}`);
		});
		const { bad, find } = await consult({ AUTH_BRIDGE_URL: bridge.url }, ['--create-session']);
		expect(bad).toEqual(['bridge.session']);
		expect(find('bridge.session')).toMatch(/^warning: .*more than a QR code holds/);
	});
});

describe('a backend', () => {
	const backends = (settings: object) => ({ BACKENDS: JSON.stringify({ grades: settings }) });

	test('that responds at its base address with any status is reported as good', async () => {
		const { bad, find } = await consult(backends({ url: `${sandbox.bridgeUrl}/grades`, token: 'user' }));
		expect(bad).toEqual([]);
		expect(find('backend.grades')).toBe('good: Backend "grades" responds.');
	});

	test('that cannot be reached is reported', async () => {
		const { code, find } = await consult(backends({ url: closed, token: 'none' }));
		expect(find('backend.grades')).toMatch(/^wrong: Backend "grades" at 127\.0\.0\.1:\d+ .*the connection was refused/);
		expect(code).toBe(1);
	});

	test('whose gateway responds with 503 is reported', async () => {
		bridge.alter((response) => {
			if (response.path === '/grades') response.status = 503;
		});
		const { find } = await consult(backends({ url: `${bridge.url}/grades`, token: 'none' }));
		expect(find('backend.grades')).toMatch(/^wrong: .*status 503/);
	});

	test('that refuses the service client’s token is reported as a warning', async () => {
		bridge.alter((response) => {
			if (response.path === '/grades') response.status = 403;
		});
		const settings = { url: `${bridge.url}/grades`, token: 'service', tokenScope: 'profile:read' };
		const { bad, find } = await consult({ ...serviceClient, ...backends(settings) });
		expect(bad).toEqual(['backend.grades']);
		expect(find('backend.grades')).toMatch(/^warning: .*refuses the service client’s token .*tokenScope/);
	});
});

describe('the OTLP endpoint', () => {
	let collector: OtlpReceiver;
	let front: AlteringProxy;
	beforeAll(async () => {
		collector = await startOtlpReceiver();
		front = await startAlteringProxy(String(collector.env.OTEL_EXPORTER_OTLP_ENDPOINT));
	});
	afterAll(() => Promise.all([front.stop(), collector.stop()]));

	test('that accepts an empty export is reported as good', async () => {
		const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=sword%20fish,x-tenant=portal' };
		const { bad, find, text } = await consult({ ...collector.env, ...headers });
		expect(bad).toEqual([]);
		expect(find('telemetry.metrics')).toMatch(/^good: /);
		expect(find('telemetry.traces') === undefined).toBe(runtime === 'deno');
		expect(collector.everything()).toContain('"x-api-key":"sword fish"');
		expect(text).not.toContain('fish');
	});

	test.each([
		[401, 'OTEL_EXPORTER_OTLP_HEADERS'],
		[404, 'OTEL_EXPORTER_OTLP_ENDPOINT']
	])('that responds with %i is reported', async (status, setting) => {
		front.alter((response) => Object.assign(response, { status }));
		const { code, find } = await consult({ OTEL_EXPORTER_OTLP_ENDPOINT: front.url });
		expect(find('telemetry.metrics')).toMatch(new RegExp(`^wrong: .*status ${status}.*${setting}`));
		expect(code).toBe(1);
	});

	test('that cannot be reached is reported', async () => {
		const { find } = await consult({ OTEL_EXPORTER_OTLP_ENDPOINT: closed });
		expect(find('telemetry.metrics')).toMatch(/^wrong: .*can’t be reached: the connection was refused/);
	});
});
