import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createWebServer, type Server as WebServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { type EgressProxy, startEgressProxy } from '../harness/egress-proxy.ts';
import { type Authority, makeAuthority } from '../harness/certificate.ts';
import { diagnose, healthyEnvironment, runDoctor } from '../harness/doctor.ts';
import { runtime } from '../harness/runtime.ts';
import { startTlsFront, type TlsFront } from '../harness/tls-front.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';

const PORTAL = 'http://localhost:3000';
let sandbox: Sandbox;
let authority: Authority;
const fronts: Record<string, TlsFront> = {};
let hangingUp: Server;

beforeAll(async () => {
	sandbox = await startSandbox({ portalUrl: PORTAL, stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 });
	authority = await makeAuthority();
	const bridgePort = Number(new URL(sandbox.bridgeUrl).port);
	fronts.good = await startTlsFront(bridgePort, await authority.issue());
	fronts.misnamed = await startTlsFront(bridgePort, await authority.issue(['elsewhere.example']));
	fronts.expired = await startTlsFront(bridgePort, await authority.issue(undefined, { expired: true }));
	hangingUp = createServer((socket) => socket.once('data', () => socket.destroy()));
	await new Promise<void>((resolve) => hangingUp.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
	hangingUp.close();
	await Promise.all([sandbox.stop(), authority.remove(), ...Object.values(fronts).map((front) => front.stop())]);
});

const trusted = () => ({ NODE_EXTRA_CA_CERTS: authority.file });
const consult = (bridgeUrl: string, env: Record<string, string> = {}) =>
	diagnose({ ...healthyEnvironment(sandbox, PORTAL), AUTH_BRIDGE_URL: bridgeUrl, ...env });
const frontUrl = (name: string) => String(fronts[name]?.url);

test('a certificate of a private authority is accepted if the portal is configured with that authority', async () => {
	const { bad, find } = await consult(frontUrl('good'), trusted());
	expect(bad).toEqual([]);
	expect(find('bridge')).toBe('good: The Auth Bridge responds as expected (404 for an unknown wallet session).');
});

describe('the file of certificate authorities', () => {
	const variables = runtime === 'deno' ? ['NODE_EXTRA_CA_CERTS', 'DENO_CERT'] : ['NODE_EXTRA_CA_CERTS'];
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'authorities-'));
		await writeFile(join(folder, 'text.pem'), 'no certificate');
		const { cert } = await authority.issue(undefined, { expired: true });
		await writeFile(join(folder, 'expired.pem'), cert);
		await writeFile(join(folder, 'broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
	});
	afterAll(() => rm(folder, { recursive: true }));

	describe.each(variables)('in %s', (variable) => {
		test('is reported as good if it holds certificates', async () => {
			const { find } = await consult(frontUrl('good'), { [variable]: authority.file });
			expect(find('authorities')).toMatch(/^good: /);
		});

		test.each([
			['does not exist', 'absent.pem', /✗ The file \S+absent\.pem.*can’t be read/],
			['contains no certificate', 'text.pem', /✗ The file \S+text\.pem.*holds no certificate/],
			['contains a broken certificate', 'broken.pem', /✗ The file \S+broken\.pem.*can’t be read/],
			['contains an expired certificate', 'expired.pem', /! 1 of 2 certificates.*have expired/]
		])('is reported if it %s', async (_name, file, line) => {
			// Node itself warns about such a file, between the doctor's lines.
			const { text } = await runDoctor({
				...healthyEnvironment(sandbox, PORTAL),
				[variable]: join(folder, file)
			});
			expect(text).toMatch(line);
		});
	});

	test.runIf(runtime === 'node')('in DENO_CERT has no effect on Node, and the doctor says so', async () => {
		const { find } = await consult(sandbox.bridgeUrl, { DENO_CERT: authority.file });
		expect(find('authorities')).toMatch(/^warning: The variable DENO_CERT has no effect on Node/);
	});
});

test('a certificate of an unknown authority is reported, with the setting that fixes it', async () => {
	const { code, find } = await consult(frontUrl('good'));
	expect(find('bridge')).toMatch(
		/^wrong: .*signed by an authority that this machine does not trust.*NODE_EXTRA_CA_CERTS/
	);
	expect(code).toBe(1);
});

test.each([
	['for another host name', 'misnamed', 'its certificate is for another host name'],
	['that has expired', 'expired', 'its certificate has expired']
])('a certificate %s is reported', async (_name, front, reason) => {
	expect((await consult(frontUrl(front), trusted())).find('bridge')).toContain(reason);
});

test('https:// to a port without TLS is reported', async () => {
	const { find } = await consult(sandbox.bridgeUrl.replace('http:', 'https:'));
	expect(find('bridge')).toMatch(/there is no TLS at that port.*http:\/\//);
});

test('an unknown host name is reported', async () => {
	expect((await consult('http://bridge.invalid')).find('bridge')).toContain('its host name is unknown');
});

test('a service that closes the connection is reported', async () => {
	const { port } = hangingUp.address() as AddressInfo;
	expect((await consult(`http://127.0.0.1:${port}`)).find('bridge')).toContain(
		'it closed the connection without a response'
	);
});

test('redis:// to a TLS port is reported, with the correct scheme', async () => {
	const { find } = await consult(sandbox.bridgeUrl, { REDIS_URL: frontUrl('good').replace('https:', 'redis:') });
	expect(find('store')).toMatch(/^wrong: The store at .* can’t be reached.*rediss:\/\//);
});

test('http:// to a TLS port is reported, with the correct scheme', async () => {
	const { find } = await consult(frontUrl('good').replace('https:', 'http:'), trusted());
	expect(find('bridge')).toMatch(/^wrong: .*https:\/\//);
});

describe('a proxy for outgoing connections', () => {
	let proxy: EgressProxy;
	let web: WebServer;

	beforeAll(async () => {
		proxy = await startEgressProxy({ targets: new Map(), credentials: 'portal:let-me-out' });
		web = createWebServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
		await once(web, 'listening');
	});
	afterAll(async () => {
		web.close();
		await proxy.stop();
	});

	/** Runs the doctor with the Auth Bridge at a name that only a proxy could resolve. */
	const through = (HTTPS_PROXY: string) =>
		consult('https://bridge.example.test', { HTTPS_PROXY, NO_PROXY: 'localhost' });

	test.each<[string, () => Promise<string> | string, RegExp]>([
		[
			'that does not listen',
			async () => `http://127.0.0.1:${await freePort()}`,
			/can’t be reached: the connection was refused/
		],
		['with an unknown name', () => 'http://proxy.invalid:3128', /can’t be reached: its host name is unknown/],
		[
			'that is a web server',
			() => `http://127.0.0.1:${(web.address() as AddressInfo).port}`,
			/does not work as an HTTP proxy/
		],
		['without its credentials', () => proxy.url.replace('portal:let-me-out@', ''), /refuses its credentials/],
		['that does not reach the service', () => proxy.url, /does not reach a service/]
	])('%s is reported, and the error of the service names the proxy too', async (_, address, problem) => {
		const { find } = await through(await address());
		expect(find('proxy.egress')).toMatch(problem);
		expect(find('proxy.egress')).toContain('HTTPS_PROXY');
		expect(find('bridge')).toMatch(/through the proxy \S+ \(HTTPS_PROXY\)/);
		expect(find('sts.issuer')).toMatch(/^good: /);
	});

	test('is not used for telemetry, as the exporters do not use it', async () => {
		const seen = proxy.requests.length;
		const { find } = await consult(sandbox.bridgeUrl, {
			HTTP_PROXY: proxy.url,
			NO_PROXY: 'localhost',
			OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(web.address() as AddressInfo).port}`
		});
		expect(find('telemetry.metrics')).toMatch(/status 404/);
		expect(proxy.requests.slice(seen)).toEqual([]);
	});
});
