import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate } from './certificate.ts';

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
	const sockets = new Set<Socket>();
	let count = 0;
	const server = createServer(certificate, (secure) => {
		count++;
		const plain = connect({ port: targetPort, host: '127.0.0.1' });
		for (const [socket, other] of [
			[secure, plain],
			[plain, secure]
		] as const) {
			sockets.add(socket);
			socket.on('error', () => other.destroy());
			socket.once('close', () => {
				sockets.delete(socket);
				other.destroy();
			});
			socket.pipe(other);
		}
	});
	// Includes sockets whose handshake is not complete.
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve) => server.listen({ port, host }, resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('The TLS terminator has no port');
	return {
		port: address.port,
		url: `https://${host === '127.0.0.1' ? 'localhost' : host}:${address.port}`,
		connections: () => count,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			})
	};
}
