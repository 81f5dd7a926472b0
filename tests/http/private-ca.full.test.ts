import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Authority, makeAuthority } from '../harness/certificate.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { startTlsFront, type TlsFront } from '../harness/tls-front.ts';
import { createWalletSession, signInAtInstitution, signInWithWallet } from './support/journeys.ts';
import { startOddBackend } from './support/odd-backend.ts';

const variables = runtime === 'deno' ? ['NODE_EXTRA_CA_CERTS', 'DENO_CERT'] : ['NODE_EXTRA_CA_CERTS'];
const portOf = (url: string) => Number(new URL(url).port);

let authority: Authority;
beforeAll(async () => {
	authority = await makeAuthority();
});
afterAll(() => authority.remove());

/** A portal that reaches all services over TLS, with certificates of the private authority. */
async function startSecured(env: Readonly<Record<string, string>>, more: Readonly<Record<string, number>> = {}) {
	const fronts: Record<string, TlsFront> = {};
	const front = async (name: string, port: number) => {
		const started = await startTlsFront(port, await authority.issue());
		fronts[name] = started;
		return started.url;
	};
	const stsPort = await freePort();
	const stsEndpointsUrl = await front('sts', stsPort);
	const odd = await startOddBackend();
	const landscape = await startLandscape({
		runtime,
		sandboxOptions: { stsPort, stsEndpointsUrl },
		env: async (sandbox) => ({
			AUTH_BRIDGE_URL: await front('bridge', portOf(sandbox.bridgeUrl)),
			BACKENDS: JSON.stringify({
				odd: { url: `${await front('backend', portOf(odd.url))}/api`, token: 'user', methods: ['GET', 'POST'] }
			}),
			...(more.redis && { REDIS_URL: (await front('redis', more.redis)).replace('https:', 'rediss:') }),
			...(more.telemetry && { OTEL_EXPORTER_OTLP_ENDPOINT: await front('telemetry', more.telemetry) }),
			...env
		})
	});
	return {
		landscape,
		odd,
		fronts,
		stop: async () => {
			await landscape.stop();
			await Promise.all([odd.stop(), ...Object.values(fronts).map((one) => one.stop())]);
		}
	};
}

describe.each(variables)('with the private CA in %s', (variable) => {
	let secured: Awaited<ReturnType<typeof startSecured>>;
	let landscape: Landscape;
	let redis: Redis | undefined;
	let telemetry: OtlpReceiver;

	beforeAll(async () => {
		redis = hasRedis() ? await startRedis() : undefined;
		telemetry = await startOtlpReceiver();
		const { OTEL_EXPORTER_OTLP_ENDPOINT: plain = '', ...env } = telemetry.env;
		const ports = { telemetry: portOf(plain), ...(redis && { redis: portOf(redis.url) }) };
		secured = await startSecured({ ...env, [variable]: authority.file }, ports);
		landscape = secured.landscape;
	});
	afterAll(async () => {
		await secured.stop();
		await Promise.all([redis?.stop(), telemetry.stop()]);
	});

	test('a person signs in at an institution, and with a wallet', async () => {
		expect((await signInAtInstitution(new Browser(landscape.url))).url.pathname).toBe('/account');
		const wallet = await signInWithWallet(new Browser(landscape.url), landscape.sandbox);
		expect(wallet.url.pathname).toBe('/account');
	});

	test.each(['GET', 'POST'])('a backend can be called with %s', async (method) => {
		const browser = new Browser(landscape.url);
		await signInAtInstitution(browser);
		expect((await browser.call('/api/backends/odd/echo', { method })).status).toBe(200);
	});

	test('the portal and its services are ready', async () => {
		const ready = await new Browser(landscape.url).call('/api/health/ready');
		expect(JSON.parse(ready.text)).toMatchObject({ status: 'ready', store: redis ? 'up' : 'none' });
	});

	test('metrics arrive', async () => {
		await signInAtInstitution(new Browser(landscape.url));
		await vi.waitFor(() => expect(telemetry.series().join()).toContain('portal.sign_ins'), { timeout: 15_000 });
	});

	test('every service was reached over TLS', () => {
		const unreached = Object.entries(secured.fronts).filter(([, front]) => front.connections() === 0);
		expect(unreached).toEqual([]);
		expect(landscape.portal.logs()).not.toContain('NotCapable');
	});
});

describe('without the private CA', () => {
	test('the Auth Bridge is not called, and the log says why', async () => {
		const { landscape, stop } = await startSecured({});
		try {
			const browser = new Browser(landscape.url);
			const ready = await browser.call('/api/health/ready');
			expect([ready.status, JSON.parse(ready.text)]).toMatchObject([503, { bridge: 'down' }]);
			await expect(createWalletSession(browser)).rejects.toThrow();
			await expect
				.poll(() => landscape.portal.logs())
				.toMatch(/UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)|SELF_SIGNED_CERT/);
			expect(landscape.sandbox.lastRequests('bridge')).toEqual([]);
		} finally {
			await stop();
		}
	});
});
