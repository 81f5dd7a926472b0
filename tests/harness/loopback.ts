import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Listening {
	readonly port: number;
	/** `http://127.0.0.1:{port}` */
	readonly url: string;
	/** Stops listening, and closes all connections. */
	stop: () => Promise<void>;
}

/**
 * Makes a server listen on a loopback address, for HTTP or any other protocol.
 * @param port a free one by default
 */
export async function listenOnLoopback(server: Server, port = 0, host = '127.0.0.1'): Promise<Listening> {
	const sockets = new Set<Socket>();
	// With TLS these are the connections below it: also those whose handshake is not complete.
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject).listen({ port, host }, resolve);
	});
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
	return {
		port: address.port,
		url: `http://127.0.0.1:${address.port}`,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			})
	};
}

/** Passes bytes on in both directions until one side closes; without `upwards`, only from `far` to `near`. */
export function join(near: Duplex, far: Duplex, upwards = true): void {
	for (const [socket, other] of [
		[near, far],
		[far, near]
	] as const) {
		socket.on('error', () => other.destroy());
		socket.once('close', () => other.destroy());
	}
	if (upwards) near.pipe(far);
	far.pipe(near);
}
