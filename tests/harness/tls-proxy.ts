import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { makeCertificate } from './certificate.ts';
import { listenOnLoopback } from './loopback.ts';
import { passOn } from './proxy.ts';

interface TlsProxy {
	/** `https://localhost:{port}` */
	url: string;
	/** The certificate that clients must trust. */
	cert: string;
	stop(): Promise<void>;
}

/**
 * A reverse proxy on loopback that terminates TLS and sets forwarding headers, as in front of a production portal.
 * @param added headers that it sets on every request, by lower-case name
 * @param admit a request is passed on when its promise resolves, if the client still waits; at once by default
 */
export async function startTlsProxy(
	portalPort: number,
	added: Readonly<Record<string, string>> = {},
	admit?: (request: IncomingMessage, response: ServerResponse) => Promise<void>
): Promise<TlsProxy> {
	const certificate = await makeCertificate();
	const server = createServer(certificate, (request, response) => {
		const { headers, socket } = request;
		const pass = () =>
			passOn(request, response, {
				port: portalPort,
				headers: {
					...headers,
					// Many proxies do the same; the portal must not need the public name here.
					host: `127.0.0.1:${portalPort}`,
					'x-forwarded-for': [headers['x-forwarded-for'], socket.remoteAddress].flat().filter(Boolean).join(', '),
					'x-forwarded-host': headers.host ?? '',
					'x-forwarded-proto': 'https',
					...added
				}
			});
		if (admit) void admit(request, response).then(() => response.destroyed || pass());
		else pass();
	});
	const { port, stop } = await listenOnLoopback(server);
	return { url: `https://localhost:${port}`, cert: certificate.cert, stop };
}
