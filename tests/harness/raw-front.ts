import { connect, createServer, type Socket } from 'node:net';

/** A TCP address in front of a service. It responds to some requests itself, with arbitrary bytes. */
export interface RawFront {
	/** `http://127.0.0.1:{port}` */
	readonly url: string;
	/** Sends these bytes in response to requests whose head matches, from now on; null passes all requests on. */
	answer(rule: { readonly head: RegExp; readonly bytes: string } | null): void;
	/** The heads of the requests that this front responded to. */
	readonly answered: readonly string[];
	stop(): Promise<void>;
}

/** @param targetPort the service's port on 127.0.0.1 */
export async function startRawFront(targetPort: number): Promise<RawFront> {
	const sockets = new Set<Socket>();
	const answered: string[] = [];
	let current: { readonly head: RegExp; readonly bytes: string } | null = null;
	const server = createServer((near) => {
		const far = connect({ port: targetPort, host: '127.0.0.1' });
		for (const [socket, other] of [
			[near, far],
			[far, near]
		] as const) {
			sockets.add(socket);
			socket.on('error', () => other.destroy());
			socket.once('close', () => {
				sockets.delete(socket);
				other.destroy();
			});
		}
		near.on('data', (data: Buffer) => {
			const [head = ''] = data.toString('latin1').split('\r\n\r\n');
			if (!current?.head.test(head)) return void far.write(data);
			answered.push(head);
			near.write(current.bytes);
		});
		far.pipe(near);
	});
	await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('The front has no port');
	return {
		url: `http://127.0.0.1:${address.port}`,
		answer: (rule) => (current = rule),
		answered,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			})
	};
}
