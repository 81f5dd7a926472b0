import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { makeCertificate } from './certificate.ts';

export interface TlsProxy {
	/** `https://localhost:{port}` */
	url: string;
	/** The certificate that clients must trust. */
	cert: string;
	stop(): Promise<void>;
}

/**
 * A reverse proxy on loopback that terminates TLS and sets forwarding headers, as in front of a production portal.
 * @param added headers that it sets on every request, by lower-case name
 */
export async function startTlsProxy(
	portalPort: number,
	added: Readonly<Record<string, string>> = {}
): Promise<TlsProxy> {
	const certificate = await makeCertificate();
	const server = createServer(certificate, (request, response) => forward(request, response, portalPort, added));
	await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port');
	return {
		url: `https://localhost:${address.port}`,
		cert: certificate.cert,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			})
	};
}

function forward(
	request: IncomingMessage,
	response: ServerResponse,
	port: number,
	added: Readonly<Record<string, string>>
): void {
	const { method, url: path, headers, socket } = request;
	const before = headers['x-forwarded-for'];
	const upstream = httpRequest({
		host: '127.0.0.1',
		port,
		method,
		path,
		headers: {
			...headers,
			// Many proxies do the same; the portal must not need the public name here.
			host: `127.0.0.1:${port}`,
			'x-forwarded-for': [before, socket.remoteAddress].flat().filter(Boolean).join(', '),
			'x-forwarded-host': headers.host ?? '',
			'x-forwarded-proto': 'https',
			...added
		}
	});
	upstream.once('response', (answer) => {
		response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
		answer.pipe(response);
	});
	upstream.once('error', () => {
		if (response.headersSent) response.destroy();
		else response.writeHead(502).end();
	});
	response.once('close', () => upstream.destroy());
	request.pipe(upstream);
}
