import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Config } from '../lib/server/config/parse';
import { proxyFor } from '../lib/server/upstream/egress';
import { connectionFailure, variableOf, type Exchange, type Reply, request } from './http';
import { type Finding, good, warning, wrong } from './findings';
import { DEFAULT_HEAD_BYTES } from './session-size';
import { MAX_COOKIE_BYTES } from '../lib/server/auth/cookie-budget';

const EGRESS_LIMIT_MS = 5000;
/** How much of a proxy's response is read to find its status. */
const MAX_RESPONSE_BYTES = 16_384;
const CHECK = 'proxy.egress';

type EgressFacts = Pick<Config, 'sts' | 'bridge' | 'backends' | 'proxies'>;

/** Checks each proxy for outgoing connections with the first service that is requested through it. */
export function examineEgress({ sts, bridge, backends, proxies }: EgressFacts): Promise<readonly Finding[]> {
	const targets = [sts.internal, bridge.url, ...backends.map(({ url }) => url)].map((url) => new URL(url));
	const first = new Map<string, { readonly proxy: URL; readonly target: URL }>();
	for (const target of targets) {
		const proxy = proxyFor(target, proxies);
		const key = `${proxy} ${target.protocol}`;
		if (proxy !== undefined && !first.has(key)) first.set(key, { proxy: new URL(proxy), target });
	}
	return Promise.all([...first.values()].map(({ proxy, target }) => examineOne(proxy, target)));
}

async function examineOne(proxy: URL, target: URL): Promise<Finding> {
	const variable = variableOf(target);
	try {
		return proxyFinding(proxy, variable, await requestThrough(proxy, target));
	} catch (error) {
		const { reason, advice } = connectionFailure(error);
		return wrong(
			CHECK,
			`The proxy ${proxy.host} (${variable}) can’t be reached: ${reason}.`,
			`${advice} The address comes from ${variable}.`
		);
	}
}

function proxyFinding({ host }: URL, variable: string, status: number | null): Finding {
	const name = `The proxy ${host} (${variable})`;
	if (status === 407)
		return wrong(
			CHECK,
			`${name} refuses its credentials (status 407).`,
			`Put the user and the password into ${variable}: http://user:password@host:port.`
		);
	if (status === null || (status >= 400 && status < 500 && status !== 403))
		return wrong(
			CHECK,
			`The server at ${host} (${variable}) does not work as an HTTP proxy${status === null ? '' : ` (status ${status})`}.`,
			`Correct the host and the port of ${variable}.`
		);
	if (status === 403)
		return wrong(
			CHECK,
			`${name} does not allow connections to a service of the configuration (status 403).`,
			'Allow the hosts of STS_ISSUER_URL, AUTH_BRIDGE_URL and BACKENDS at the proxy, or list them in NO_PROXY.'
		);
	if (status >= 500)
		return warning(
			CHECK,
			`${name} does not reach a service of the configuration (status ${status}).`,
			'Check the address of that service, and list hosts to reach directly in NO_PROXY.'
		);
	return good(CHECK, `${name} forwards requests.`);
}

/**
 * Requests a tunnel to an https service from a proxy (RFC 9110 9.3.6), or sends a request to an http service through it.
 * @returns the HTTP status; 200 for any response of an http service itself; null if the response is not HTTP
 */
async function requestThrough(proxy: URL, target: URL): Promise<number | null> {
	const isTls = proxy.protocol === 'https:';
	const host = proxy.hostname.replace(/^\[|\]$/g, '');
	const port = Number(proxy.port) || (isTls ? 443 : 80);
	const socket = isTls ? connectTls({ host, port, servername: host }) : connect({ host, port });
	const timer = setTimeout(
		() => socket.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })),
		EGRESS_LIMIT_MS
	);
	try {
		await once(socket, isTls ? 'secureConnect' : 'connect');
		socket.write(requestHead(proxy, target));
		let head = '';
		for await (const chunk of socket) {
			head += String(chunk);
			if (head.includes('\r\n\r\n') || head.length > MAX_RESPONSE_BYTES) break;
		}
		const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(head) ?? [];
		if (status === undefined) return null;
		return target.protocol === 'http:' && status !== '407' ? 200 : Number(status);
	} finally {
		clearTimeout(timer);
		socket.destroy();
	}
}

function requestHead(proxy: URL, target: URL): string {
	const { host, hostname, port, origin, protocol } = target;
	const line = protocol === 'https:' ? `CONNECT ${hostname}:${port || 443} HTTP/1.1` : `OPTIONS ${origin} HTTP/1.1`;
	const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
	const credentials = proxy.username ? [`Proxy-Authorization: Basic ${Buffer.from(login).toString('base64')}`] : [];
	return `${[line, `Host: ${host}`, 'Connection: close', ...credentials].join('\r\n')}\r\n\r\n`;
}

/** Every spelling of the unspecified address of IPv4 and IPv6, with which a server listens on all addresses of the machine. */
const ALL_ADDRESSES = /^(?:0(?:\.0){0,3}|\[?0*:[0:.]*\]?)$/;

/** Warns if clients may reach the portal without the proxy: they could then choose their address, which rate limits and the audit log use. */
export function examineListening({ listen, trustHost }: Pick<Config, 'listen' | 'trustHost'>): readonly Finding[] {
	if (!trustHost || !ALL_ADDRESSES.test(listen.host)) return [];
	return [
		warning(
			'proxy.port',
			`The portal listens on all addresses (HOST ${listen.host}), and AUTH_TRUST_HOST reads the address of a client from X-Forwarded-For.`,
			`Port ${listen.port} must be reachable by the proxy only. If the proxy is on this machine, set HOST=127.0.0.1. In a container, do not publish the port.`
		)
	];
}

const LIMIT_MS = 15_000;

type FrontFacts = Pick<Config, 'origin' | 'trustHost' | 'listen'>;

/**
 * Checks that the configuration fits the reverse proxy of a running portal, and that the proxy accepts the largest request and response
 * heads.
 * @param headBytes the size of the largest response head
 */
export async function examineProxy(
	config: FrontFacts,
	publicUrl: string,
	headBytes = DEFAULT_HEAD_BYTES
): Promise<readonly Finding[]> {
	const base = new URL(publicUrl).origin;
	const reached = await request(`${base}/api/health`, { timeoutMs: LIMIT_MS });
	if (!isPortal(reached)) return [unreached(base, reached)];
	return [
		good('proxy', `The portal responds at ${base}.`),
		...examineFront(config, new URL(publicUrl)),
		await requestHeadFinding(base),
		await responseHeadFinding(base, headBytes)
	];
}

/** Compares the settings for a proxy with the address at which the portal responds. Whether TRUSTED_HOPS is right can't be seen from there. */
export function examineFront({ origin, trustHost, listen }: FrontFacts, front: URL): readonly Finding[] {
	const isOwnPort = front.protocol === 'http:' && Number(front.port || 80) === listen.port;
	return [
		...(front.origin === origin
			? []
			: [
					warning(
						'proxy.origin',
						`The portal responds at ${front.origin}, but AUTH_URL is ${origin}: forms and sign-ins work at AUTH_URL only.`,
						'Set AUTH_URL to the address in the browser, or check that address with --proxy.'
					)
				]),
		...(trustHost || isOwnPort
			? []
			: [
					warning(
						'proxy.forwarded',
						'Behind a proxy, everybody has the address of the proxy: AUTH_TRUST_HOST is false. All people share its rate limits, and the audit log names it.',
						'Set AUTH_TRUST_HOST=true, and TRUSTED_HOPS to the number of proxies that write X-Forwarded-For.'
					)
				])
	];
}

function isPortal(response: Exchange): boolean {
	return 'reply' in response && response.reply.status === 200 && response.reply.json?.status === 'ok';
}

function unreached(base: string, response: Exchange): Finding {
	if ('failure' in response) {
		const { reason, advice } = response.failure;
		return wrong('proxy', `The portal can’t be reached at ${base}: ${reason}.`, advice);
	}
	const target = redirectOrigin(base, response.reply);
	if (target !== null && target !== base)
		return wrong(
			'proxy',
			`The server at ${base} redirects to ${target} (status ${response.reply.status}).`,
			`Check that address: --proxy ${target}.`
		);
	return wrong(
		'proxy',
		`The server at ${base}/api/health is not the portal (status ${response.reply.status}).`,
		'Start the portal first, and configure the proxy to forward all paths to it.'
	);
}

/** The origin that a redirect leads to; null if the response is no redirect to a web address. */
function redirectOrigin(base: string, { status, headers }: Reply): string | null {
	const location = headers.get('location') ?? '';
	if (status < 300 || status > 399 || location === '' || !URL.canParse(location, base)) return null;
	const { protocol, origin } = new URL(location, base);
	return /^https?:$/.test(protocol) ? origin : null;
}

/** Sends a request with as many bytes of cookies as a browser may hold for the portal. */
async function requestHeadFinding(base: string): Promise<Finding> {
	const headers = { cookie: `doctor=${'x'.repeat(MAX_COOKIE_BYTES - 'doctor='.length)}` };
	const response = await request(`${base}/api/health`, { headers, timeoutMs: LIMIT_MS });
	if (isPortal(response))
		return good('proxy.request-head', `The proxy lets requests with ${MAX_COOKIE_BYTES} bytes of cookies pass.`);
	return wrong(
		'proxy.request-head',
		`The proxy refuses requests with ${MAX_COOKIE_BYTES} bytes of cookies (${outcomeOf(response)}).`,
		'Allow request headers of 8 kB (nginx: large_client_header_buffers 4 8k; Apache: LimitRequestFieldSize 8190).'
	);
}

/** The portal redirects a path with a trailing slash and keeps the query, which determines the size of the response head. */
async function responseHeadFinding(base: string, headBytes: number): Promise<Finding> {
	const probe = (padding: number) => request(`${base}/help/?doctor=${'x'.repeat(padding)}`, { timeoutMs: LIMIT_MS });
	const small = await probe(1);
	const smallBytes = headBytesOf(small);
	if (smallBytes === null)
		return warning(
			'proxy.response-head',
			`The check could not determine which response heads the proxy lets pass (${outcomeOf(small)}).`,
			'Sign in once through the proxy to find out.'
		);
	const large = await probe(Math.max(1, headBytes - smallBytes + 1));
	if (headBytesOf(large) !== null)
		return good('proxy.response-head', `The proxy lets response heads of ${headBytes} bytes pass.`);
	return wrong(
		'proxy.response-head',
		`The proxy refuses response heads of ${headBytes} bytes (${outcomeOf(large)}): people can’t sign in.`,
		'Allow response headers of 16 kB (nginx: proxy_buffer_size 16k, proxy_buffers 8 16k).'
	);
}

/** Null if the response is not the portal's redirect. */
function headBytesOf(response: Exchange): number | null {
	if ('failure' in response || response.reply.status !== 308) return null;
	const lines = [...response.reply.headers].map(([name, value]) => `${name}: ${value}\r\n`);
	return Buffer.byteLength(`HTTP/1.1 308 Permanent Redirect\r\n${lines.join('')}\r\n`);
}

function outcomeOf(response: Exchange): string {
	return 'failure' in response ? response.failure.reason : `status ${response.reply.status}`;
}
