import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../harness/otlp-receiver.ts';
import { startPortal } from '../harness/portal.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { type Scrape, scrape } from '../harness/scrape.ts';
import { root } from '../tasks/runtime.mjs';
import { bareEnvironment } from './support/bare-environment.ts';
import { heldSession, tokensOver } from './support/held-session.ts';
import { signInAtInstitution, signInByVerification, signInWithWallet } from './support/journeys.ts';
import { claimSecrets, secret } from './support/leaks.ts';

describe('with an OTLP endpoint, and a port for Prometheus', () => {
	const isStoreThere = hasRedis();
	let redis: Redis | undefined;
	let metricsPort: number;
	let first: Scrape;
	let receiver: OtlpReceiver;
	let landscape: Landscape;
	let tokens: string[];

	beforeAll(async () => {
		receiver = await startOtlpReceiver();
		redis = isStoreThere ? await startRedis() : undefined;
		metricsPort = await freePort();
		const store = redis && { REDIS_URL: redis.url };
		const env = { ...receiver.env, ...store, METRICS_PORT: String(metricsPort), LOG_LEVEL: 'debug' };
		landscape = await startLandscape({ runtime, env });
		first = await scrape(metricsPort);
		const browser = new Browser(landscape.url);
		await signInAtInstitution(browser);
		const before = await heldSession(browser, landscape);
		await tokensOver(browser, landscape);
		await browser.call('/api/me');
		const after = await heldSession(browser, landscape);
		tokens = [before, after].flatMap(({ accessToken, refreshToken, idToken }) =>
			[accessToken, refreshToken, idToken].filter((token) => token !== undefined)
		);
		await signInWithWallet(new Browser(landscape.url), landscape.sandbox);
		await signInByVerification(new Browser(landscape.url), landscape.sandbox);
		await new Browser(landscape.url).call('/api/auth/signout', {
			method: 'POST',
			headers: { 'sec-fetch-site': 'cross-site' }
		});
	});
	afterAll(async () => {
		await landscape.stop();
		await receiver.stop();
		await redis?.stop();
	});

	test('activity is exported as metrics with names, units and a few attribute values', async () => {
		await vi.waitFor(
			() =>
				expect(receiver.series()).toEqual(
					expect.arrayContaining([
						'portal.sign_ins{method=institution,result=ok} [{sign_in}]',
						'portal.sign_ins{method=wallet,result=ok} [{sign_in}]',
						'portal.token_refreshes{coalesced=false,result=renewed} [{refresh}]',
						'portal.wallet.flow.duration{outcome=completed} [s]',
						'portal.identity_verifications{outcome=completed} [{verification}]',
						'portal.upstream.duration{http.response.status_code=200,portal.upstream=sts} [s]',
						'portal.refused_requests{reason=origin} [{request}]',
						'portal.event_streams{} [{stream}]'
					])
				),
			{ timeout: 15_000, interval: 50 }
		);
		if (runtime === 'node') expect(receiver.everything()).toMatch(/"service\.version".*"service\.instance\.id"/);
		const calls = receiver.series().filter((one) => one.includes('portal.upstream=auth-bridge'));
		expect(calls.join()).toMatch(/portal\.operation=complete,/);
	});

	test('Prometheus scrapes the same series as the collector receives, and durations have a unit suffix', async () => {
		/** As Prometheus names a series of OTLP. */
		const translated = (series: string) => {
			const [, name = '', labels = '', unit = ''] = /^(.*)\{(.*)\} \[(.*)\]$/.exec(series) ?? [];
			const suffix = unit === 's' ? '_seconds' : /^\{(?:stream|store)\}$/.test(unit) ? '' : '_total';
			const underscored = labels.replaceAll(/(?<=^|,)[^=]+/g, (label) => label.replaceAll('.', '_'));
			return `${name.replaceAll('.', '_')}${suffix}{${underscored}}`;
		};
		const { status, headers, series } = await scrape(metricsPort);
		expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
		const own = series.filter((one) => one.startsWith('portal_'));
		expect(own.length).toBeGreaterThan(10);
		await vi.waitFor(
			() => {
				const received = receiver.series().filter((one) => one.startsWith('portal.'));
				expect(received.map(translated).sort()).toEqual(own);
			},
			{ timeout: 15_000, interval: 50 }
		);
	});

	test('requests are timed by route, without the path, and process metrics are exported', async () => {
		const response = await fetch(`${landscape.url}/nowhere/${'x'.repeat(20)}`);
		expect(response.status).toBe(404);
		const onNode = (...series: string[]) => (runtime === 'node' ? series : []);
		const scraped = [
			'http_server_request_duration_seconds{http_request_method=GET,http_response_status_code=404}',
			'http_server_request_duration_seconds{http_request_method=GET,http_response_status_code=303,http_route=/(public)/api/auth/callback/[provider]}',
			'process_memory_usage_bytes{}',
			...onNode('nodejs_eventloop_delay_p99_seconds{}')
		];
		const sent = [
			'process.memory.usage{} [By]',
			...onNode(
				'nodejs.eventloop.delay.p99{} [s]',
				'http.server.request.duration{http.request.method=GET,http.response.status_code=404} [s]'
			)
		];
		await vi.waitFor(
			async () => {
				expect((await scrape(metricsPort)).series).toEqual(expect.arrayContaining(scraped));
				expect(receiver.series()).toEqual(expect.arrayContaining(sent));
			},
			{ timeout: 15_000, interval: 50 }
		);
		// Deno's own metric has this name, and no route.
		const timed = receiver.series().filter((one) => one.startsWith('http.server.request.duration'));
		expect(timed).not.toEqual([]);
		expect(timed.some((one) => one.includes('http.route='))).toBe(runtime === 'node');
	});

	test('a sign-in increments its counter', async () => {
		const counter = 'portal_sign_ins_total{method="institution",result="ok"}';
		expect([first.status, first.samples.get(counter)]).toEqual([200, 0]);
		const before = (await scrape(metricsPort)).samples.get(counter) ?? NaN;
		await signInAtInstitution(new Browser(landscape.url));
		expect((await scrape(metricsPort)).samples.get(counter)).toBe(before + 1);
	});

	test.runIf(isStoreThere)('every metric and label that the alerts and the dashboard use is exported', async () => {
		const { text } = await scrape(metricsPort);
		const there = new Set(text.match(/[a-z_\d]+(?=[ {=])/g));
		for (const file of ['alerts.yml', 'dashboard.json']) {
			const queries = readFileSync(join(root, 'docs/hosting/prometheus', file), 'utf8');
			// Without the values of labels, whose quotes are escaped in JSON.
			const used = queries.replaceAll(/[=~]\\?"[^"]*"/g, '').match(/\b(?:portal|http|process|nodejs)_\w+/g);
			expect(used).toContain('portal_sign_ins_total');
			const missing = [...new Set(used)].filter((name) => !there.has(name));
			expect(missing.filter((name) => runtime === 'node' || !name.startsWith('nodejs_'))).toEqual([]);
		}
	});

	test('exported data contains no token, code, state, URL with a query, or personal data', async () => {
		await vi.waitFor(() => expect(receiver.series().join()).toContain('portal.sign_ins'), { timeout: 15_000 });
		const redeemed = landscape.sandbox.lastRequests('sts').flatMap(({ body }) => {
			const form = new URLSearchParams(body);
			return ['code', 'refresh_token', 'code_verifier', 'client_secret'].flatMap((name) => form.getAll(name));
		});
		const states = landscape.sandbox.authorizations().map(({ params }) => params.state ?? '');
		expect(redeemed.length).toBeGreaterThan(3);
		expect(states.length).toBeGreaterThan(1);
		const secrets = [
			...[...tokens, ...redeemed, ...states].map((value) => secret(value.slice(0, 12), value)),
			...claimSecrets('known-student', ['email', 'sub', 'eduid']),
			...claimSecrets('unknown-student', ['email', 'sub', 'eduid'])
		];
		const sent = receiver.everything() + (await scrape(metricsPort)).text;
		expect(secrets.filter(([, pattern]) => pattern.test(sent)).map(([name]) => name)).toEqual([]);
		expect(sent).not.toMatch(/[?&](?:code|state|login_hint|wallet_session)=/);
	});

	test.runIf(runtime === 'node')(
		'each request is a span, and the calls that it makes are its child spans',
		async () => {
			const wanted = 'GET /(public)/api/auth/callback/[provider]';
			await vi.waitFor(() => expect(receiver.spans().map(({ name }) => name)).toContain(wanted), { timeout: 15_000 });
			const request = receiver.spans().find(({ name }) => name === wanted);
			expect(request?.parentSpanId ?? '').toBe('');
			const below = receiver.spans().filter(({ parentSpanId }) => parentSpanId === request?.spanId);
			expect(below.map(({ name, traceId }) => [name, traceId])).toContainEqual(['sts', request?.traceId]);
			const parents = landscape.sandbox.lastRequests('sts').map(({ headers }) => headers.traceparent);
			expect(parents).toEqual(expect.arrayContaining(below.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`)));
		}
	);

	test.runIf(runtime === 'deno')('Deno’s own spans are not exported, because they contain complete URLs', async () => {
		await vi.waitFor(() => expect(receiver.series().join()).toContain('portal.sign_ins'), { timeout: 15_000 });
		expect(receiver.everything()).not.toContain('/v1/traces');
	});

	test('the trace context is propagated to the STS and to the Auth Bridge', () => {
		const { sandbox } = landscape;
		// The sandbox's STS also sends requests to the Bridge, which are not the portal's.
		const ofPortal = sandbox.lastRequests('bridge').filter(({ headers }) => 'x-request-id' in headers);
		const parents = [...ofPortal, ...sandbox.lastRequests('sts', 'token')].map(({ headers }) => headers.traceparent);
		expect(parents.length).toBeGreaterThan(6);
		expect(parents.filter((parent) => !/^00-[\da-f]{32}-[\da-f]{16}-01$/.test(parent ?? ''))).toEqual([]);
	});
});

test('a collector that never responds does not prevent the shutdown of the portal', async () => {
	const collector = createServer();
	const sockets: Socket[] = [];
	collector.on('connection', (socket) => sockets.push(socket.resume()));
	await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
	const { port } = collector.address() as AddressInfo;
	const env = {
		...bareEnvironment,
		OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
		OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
		OTEL_METRIC_EXPORT_INTERVAL: '200'
	};
	const portal = await startPortal({ runtime, env });
	try {
		await fetch(`${portal.url}/login`);
		await vi.waitFor(() => expect(sockets).not.toEqual([]), { timeout: 15_000 });
		expect(await portal.stop()).toBe(0);
	} finally {
		for (const socket of sockets) socket.destroy();
		collector.close();
	}
});
