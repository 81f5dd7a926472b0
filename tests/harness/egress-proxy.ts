import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certificate } from './certificate.ts';
import { join, listenOnLoopback } from './loopback.ts';
import { passOn } from './proxy.ts';

interface EgressProxyOptions {
	/** The port on 127.0.0.1 for each known `host:port`. The proxy knows no other name. */
	readonly targets: ReadonlyMap<string, number>;
	/** Makes connections to the proxy itself TLS, with this certificate; they are plain without one. */
	readonly certificate?: Certificate | undefined;
	/** `user:password` that a client must send, if any. */
	readonly credentials?: string;
}

/** An HTTP proxy for outgoing connections, as used behind a firewall that allows no direct ones. */
export interface EgressProxy {
	/** `http://localhost:{port}` or `https://localhost:{port}` */
	readonly url: string;
	/** The received requests in order: `CONNECT host:port`, or method and host of a plain request. */
	readonly requests: readonly string[];
	stop(): Promise<void>;
}

export async function startEgressProxy(options: EgressProxyOptions): Promise<EgressProxy> {
	const { targets, certificate, credentials } = options;
	const requests: string[] = [];
	const expected = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
	const isAllowed = ({ headers }: IncomingMessage) =>
		(expected ?? headers['proxy-authorization']) === headers['proxy-authorization'];

	function forward(request: IncomingMessage, response: ServerResponse): void {
		const url = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : undefined;
		const port = url && targets.get(`${url.hostname}:${url.port || '80'}`);
		requests.push(`${request.method ?? ''} ${url?.host ?? 'no absolute address'}`);
		if (!isAllowed(request)) return void response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end();
		if (url === undefined || port === undefined) return void response.writeHead(502).end();
		const { 'proxy-authorization': _own, 'proxy-connection': _hop, ...headers } = request.headers;
		passOn(request, response, { port, path: url.pathname + url.search, headers });
	}

	function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		const port = targets.get(request.url ?? '');
		requests.push(`CONNECT ${request.url ?? ''}`);
		if (!isAllowed(request)) {
			return void socket.end(
				'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n\r\n'
			);
		}
		if (port === undefined) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
		const upstream = connect({ port, host: '127.0.0.1' }, () =>
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
		);
		upstream.write(head);
		join(socket, upstream);
	}

	const server: Server = certificate ? createTlsServer(certificate, forward) : createServer(forward);
	server.on('connect', (request, socket, head) => tunnel(request, socket, head));
	const { port, stop } = await listenOnLoopback(server);
	const login = credentials === undefined ? '' : `${credentials}@`;
	return {
		url: `${certificate ? 'https' : 'http'}://${login}localhost:${port}`,
		requests,
		stop
	};
}
