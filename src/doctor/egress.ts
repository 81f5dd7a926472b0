import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { config } from '../lib/server/config';
import type { Config } from '../lib/server/config/parse';
import { proxyFor } from '../lib/server/upstream/egress';
import { type ConnectionFailure, connectionFailure } from './connection-failure';
import { type Finding, good, warning, wrong } from './report';

const LIMIT_MS = 5000;
const MAX_HEAD_BYTES = 16_384;
const CHECK = 'proxy.egress';

type Facts = Pick<Config, 'sts' | 'bridge' | 'backends' | 'proxies'>;

/** ` through the proxy host:port (HTTPS_PROXY)` if a URL is requested through a proxy, else an empty string. */
export function viaProxy(url: URL | string): string {
	const target = new URL(url);
	const proxy = proxyFor(target, config().proxies);
	return proxy === undefined ? '' : ` through the proxy ${new URL(proxy).host} (${variableOf(target)})`;
}

/** Adds the proxy to the failure of a request, if it was sent through one. */
export function withProxy({ reason, advice }: ConnectionFailure, url: URL | string): ConnectionFailure {
	const via = viaProxy(url);
	if (via === '') return { reason, advice };
	return {
		reason: `${reason},${via}`,
		advice: `See what is said of the proxy first; NO_PROXY names hosts to reach without it. ${advice}`
	};
}

/** Checks each proxy for outgoing connections with the first service that is requested through it. */
export async function examineEgress({ sts, bridge, backends, proxies }: Facts): Promise<readonly Finding[]> {
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
	const name = `The proxy ${proxy.host} (${variable})`;
	try {
		return proxyFinding(name, variable, await requestThrough(proxy, target));
	} catch (error) {
		const { reason, advice } = connectionFailure(error);
		return wrong(CHECK, `${name} can’t be reached: ${reason}.`, `${advice} The address comes from ${variable}.`);
	}
}

function proxyFinding(name: string, variable: string, status: number | null): Finding {
	if (status === 407)
		return wrong(
			CHECK,
			`${name} refuses its credentials (status 407).`,
			`Put the user and the password into ${variable}: http://user:password@host:port.`
		);
	if (status === null || (status >= 400 && status < 500 && status !== 403))
		return wrong(
			CHECK,
			`What responds as ${name.replace('The', 'the')} is not a proxy for this${status === null ? '' : ` (status ${status})`}.`,
			`Correct the host and the port of ${variable}.`
		);
	if (status === 403)
		return wrong(
			CHECK,
			`${name} does not allow connections to a service of the configuration (status 403).`,
			'Allow the hosts of STS_ISSUER_URL, AUTH_BRIDGE_URL and BACKENDS at the proxy, or name them in NO_PROXY.'
		);
	if (status >= 500)
		return warning(
			CHECK,
			`${name} does not reach a service of the configuration (status ${status}).`,
			'Check the address of that service, and name hosts in NO_PROXY that are to be reached without the proxy.'
		);
	return good(CHECK, `${name} passes requests on.`);
}

/** The variable that configures the proxy for a URL. */
function variableOf({ protocol }: URL): string {
	return protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
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
		LIMIT_MS
	);
	try {
		await once(socket, isTls ? 'secureConnect' : 'connect');
		socket.write(requestHead(proxy, target));
		let head = '';
		for await (const chunk of socket) {
			head += String(chunk);
			if (head.includes('\r\n\r\n') || head.length > MAX_HEAD_BYTES) break;
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
