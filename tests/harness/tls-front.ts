import { connect } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate } from './certificate.ts';
import { join, listenOnLoopback } from './loopback.ts';

/** A TLS terminator on loopback. It passes bytes on unread, so it works for any protocol: HTTP, Redis, OTLP. */
export interface TlsFront {
	readonly port: number;
	/** `https://localhost:{port}`, or with the address that it listens on */
	readonly url: string;
	/** The number of TLS connections established so far. */
	connections(): number;
	stop(): Promise<void>;
}

/**
 * Puts TLS in front of a plain server.
 * @param targetPort of the plain server, on 127.0.0.1
 * @param certificate from `makeAuthority().issue()`
 * @param port a free one by default
 * @param host a loopback address
 */
export async function startTlsFront(
	targetPort: number,
	certificate: Certificate,
	port = 0,
	host = '127.0.0.1'
): Promise<TlsFront> {
	let count = 0;
	const server = createServer(certificate, (secure) => {
		count++;
		join(secure, connect({ port: targetPort, host: '127.0.0.1' }));
	});
	const listening = await listenOnLoopback(server, port, host);
	return {
		...listening,
		url: `https://${host === '127.0.0.1' ? 'localhost' : host}:${listening.port}`,
		connections: () => count
	};
}
