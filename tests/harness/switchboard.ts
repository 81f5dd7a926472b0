import { connect, createServer, type Socket } from 'node:net';

/** A TCP address that forwards new connections to another server after a switch; open connections are not affected. */
export interface Switchboard {
	readonly port: number;
	switchTo(port: number): void;
	stop(): Promise<void>;
}

export async function startSwitchboard(firstPort: number): Promise<Switchboard> {
	let target = firstPort;
	const sockets = new Set<Socket>();
	const server = createServer((near) => {
		const far = connect({ port: target, host: '127.0.0.1' });
		for (const [socket, other] of [
			[near, far],
			[far, near]
		] as const) {
			sockets.add(socket);
			socket.on('error', () => other.destroy());
			socket.on('close', () => {
				sockets.delete(socket);
				other.destroy();
			});
			socket.pipe(other);
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('The switchboard has no port');
	return {
		port: address.port,
		switchTo: (port) => void (target = port),
		stop: () => {
			for (const socket of sockets) socket.destroy();
			return new Promise((resolve) => void server.close(() => resolve()));
		}
	};
}
