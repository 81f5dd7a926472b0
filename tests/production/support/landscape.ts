import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { type Authority, makeAuthority } from '../../harness/certificate.ts';
import { type EgressProxy, startEgressProxy } from '../../harness/egress-proxy.ts';
import { exchange } from '../../harness/exchange.ts';
import { freePort } from '../../harness/free-port.ts';
import { type Nginx, startNginx } from '../../harness/nginx.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../harness/otlp-receiver.ts';
import { type Portal, startPortal } from '../../harness/portal.ts';
import { type Redis, startRedis } from '../../harness/redis.ts';
import type { Runtime } from '../../harness/runtime.ts';
import type { Listening } from '../../harness/loopback.ts';
import { startTlsFront, type TlsFront } from '../../harness/tls-front.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { startEchoBackend } from './echo-backend.ts';

/** How the portal reaches the services: by themselves, or through a proxy that is spoken to in HTTP or HTTPS. */
export type Egress = 'direct' | 'http proxy' | 'https proxy';

/** One address of each service of its own, so that nothing works only because it shares a host with something else. */
const ADDRESSES = {
	sts: '127.0.0.2',
	endpoints: '127.0.0.3',
	institution: '127.0.0.4',
	outside: '127.0.0.5',
	inside: '127.0.0.6',
	bridge: '127.0.0.1'
} as const;
type Service = keyof typeof ADDRESSES;

/** Names that only the proxy and the browser can resolve. */
const nameOf = (service: Service | 'portal') => `${service}.example.test`;

/** A portal in production: TLS from a private authority in front of it and behind it, and nginx and Redis. */
export interface ProductionLandscape {
	/** The portal's public origin. */
	readonly url: string;
	readonly portal: Portal;
	readonly sandbox: Sandbox;
	readonly redis: Redis;
	readonly telemetry: OtlpReceiver;
	readonly nginx: Nginx;
	/** Undefined for `direct`. */
	readonly proxy: EgressProxy | undefined;
	readonly backends: Readonly<Record<'inside' | 'outside', Listening>>;
	/** TLS connections so far, by service; `store` and `telemetry` among them. */
	connections(): Record<string, number>;
	/** With these Chromium trusts the private authority and finds every name. */
	readonly browserArguments: readonly string[];
	stop(): Promise<void>;
}

export async function startProductionLandscape(runtime: Runtime, egress: Egress): Promise<ProductionLandscape> {
	const stops: (() => Promise<void> | void)[] = [];
	const stop = async () => {
		for (const one of stops.reverse()) await one();
	};
	try {
		return { ...(await start(runtime, egress, stops)), stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

async function start(runtime: Runtime, egress: Egress, stops: (() => Promise<void> | void)[]) {
	const isProxied = egress !== 'direct';
	const authority = await makeAuthority();
	stops.push(() => authority.remove());
	const fronts = new Map<string, TlsFront>();
	const targets = new Map<string, number>();

	/** Puts TLS in front of a service. Returns its origin. */
	async function secure(service: Service, plainPort: number, hasName = isProxied): Promise<string> {
		const address = hasName ? '127.0.0.1' : ADDRESSES[service];
		const front = await startTlsFront(
			plainPort,
			await authority.issue([nameOf(service), address, 'localhost']),
			0,
			address
		);
		stops.push(() => front.stop());
		fronts.set(service, front);
		targets.set(`${nameOf(service)}:443`, front.port);
		return hasName ? `https://${nameOf(service)}` : front.url;
	}

	/** One that the portal reaches without the proxy. */
	async function secureLocal(service: 'store' | 'telemetry', plainPort: number): Promise<string> {
		const front = await startTlsFront(plainPort, await authority.issue());
		stops.push(() => front.stop());
		fronts.set(service, front);
		return `localhost:${front.port}`;
	}

	const portalPort = await freePort();
	const nginxPort = await freePort();
	targets.set(`${nameOf('portal')}:443`, nginxPort);
	const url = isProxied ? `https://${nameOf('portal')}` : `https://localhost:${nginxPort}`;
	const nginx = await startNginx({
		port: nginxPort,
		portalPort,
		certificate: await authority.issue([nameOf('portal'), 'localhost'])
	});
	stops.push(() => nginx.stop());

	const ports = { sts: await freePort(), bridge: await freePort(), institution: await freePort() };
	const stsUrl = await secure('sts', ports.sts);
	const sandbox = await startSandbox({
		portalUrl: url,
		stsPort: ports.sts,
		bridgePort: ports.bridge,
		institutionPort: ports.institution,
		controlPort: 0,
		stsPublicUrl: stsUrl,
		stsEndpointsUrl: await secure('endpoints', ports.sts),
		institutionPublicUrl: await secure('institution', ports.institution),
		send: (address, init) => sendToPortal(nginxPort, new Request(address, init))
	});
	stops.push(() => sandbox.stop());
	// A plain address is the other way to ask a proxy: by method and address, not for a tunnel.
	const isPlainBridge = egress === 'http proxy';
	targets.set(`${nameOf('bridge')}:80`, ports.bridge);
	const bridgeUrl = isPlainBridge ? `http://${nameOf('bridge')}` : await secure('bridge', ports.bridge);

	const backends = { inside: await startEchoBackend(), outside: await startEchoBackend() };
	stops.push(
		() => backends.inside.stop(),
		() => backends.outside.stop()
	);
	const redis = await startRedis();
	stops.push(() => redis.stop());
	const telemetry = await startOtlpReceiver();
	stops.push(() => telemetry.stop());
	const proxy = isProxied
		? await startEgressProxy({
				targets,
				certificate: egress === 'https proxy' ? await authority.issue() : undefined,
				credentials: 'portal:let-me-out'
			})
		: undefined;
	if (proxy) stops.push(() => proxy.stop());

	const env = {
		AUTH_URL: url,
		AUTH_SECRET: randomBytes(48).toString('base64url'),
		AUTH_TRUST_HOST: 'true',
		SHUTDOWN_DELAY_SECONDS: '0',
		STS_ISSUER_URL: stsUrl,
		STS_CLIENT_ID: 'portal-frontend',
		STS_CLIENT_SECRET: 'portal-frontend-secret',
		AUTH_BRIDGE_URL: bridgeUrl,
		BACKENDS: JSON.stringify({
			inside: { url: await secure('inside', backends.inside.port, false), token: 'user', methods: ['GET', 'POST'] },
			outside: { url: await secure('outside', backends.outside.port), token: 'user', methods: ['GET', 'POST'] }
		}),
		REDIS_URL: `rediss://${await secureLocal('store', Number(new URL(redis.url).port))}`,
		...telemetry.env,
		OTEL_EXPORTER_OTLP_ENDPOINT: `https://${await secureLocal('telemetry', telemetry.port)}`,
		NODE_EXTRA_CA_CERTS: authority.file,
		DENO_CERT: authority.file,
		...(proxy && {
			HTTP_PROXY: proxy.url,
			HTTPS_PROXY: proxy.url,
			NO_PROXY: `localhost,${ADDRESSES.inside}`
		})
	};
	const portal = await startPortal({ runtime, env, port: portalPort });
	stops.push(async () => {
		await portal.stop();
	});

	return {
		url,
		portal,
		sandbox,
		redis,
		telemetry,
		nginx,
		proxy,
		backends,
		connections: () => Object.fromEntries([...fronts].map(([name, front]) => [name, front.connections()])),
		browserArguments: browserArguments(authority, targets)
	};
}

/** What the STS sends to the portal's public name goes through nginx, too. */
async function sendToPortal(nginxPort: number, request: Request): Promise<Response> {
	const { pathname, host } = new URL(request.url);
	const headers = { ...Object.fromEntries(request.headers), host };
	const url = new URL(pathname, `https://localhost:${nginxPort}`);
	const { status, text } = await exchange(url, { method: request.method, headers, body: await request.text() });
	return new Response(text || null, { status });
}

function browserArguments({ cert }: Authority, targets: ReadonlyMap<string, number>): string[] {
	const key = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
	const rules = [...targets].map(([name, port]) => `MAP ${name} 127.0.0.1:${port}`);
	return [
		// Of certificates that chain up to this key errors don't count: nobody but the private authority has it.
		`--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`,
		`--host-resolver-rules=${rules.join(', ')}`
	];
}
