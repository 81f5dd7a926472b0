import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** Receives Node's own request and response. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

interface ListenerOptions {
	/** Named in the message if the port is in use, such as `STS`. */
	name: string;
	/** The variable that changes the port, for the same message. */
	variable: string;
	host: string;
	/** 0 takes any free port. */
	port: number;
}

export interface Listener {
	readonly port: number;
	/** Starts to handle requests; before that every response is 503. */
	serve(handler: RequestHandler): void;
	/** Closes open connections too, so that nothing keeps the process alive. */
	close(): Promise<void>;
}

/** Another process uses the port; the message names the part that needs it. */
export class PortTakenError extends Error {
	constructor({ name, variable, port }: ListenerOptions, cause: unknown) {
		super(
			`Port ${port} (${name}) is already in use. Stop the other process, or choose another port: ${variable}=<port>`,
			{
				cause
			}
		);
		this.name = 'PortTakenError';
	}
}

/**
 * Opens a port before a server is built on it: the four parts need each other's addresses first.
 * @throws {PortTakenError} if another process listens on it
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
	const { host, port } = options;
	let handle: RequestHandler = (_request, response) => void response.writeHead(503).end();
	const server = createServer((request, response) => handle(request, response));
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});

	await new Promise<void>((resolve, reject) => {
		server.once('error', (error: Error & { code?: string }) =>
			reject(error.code === 'EADDRINUSE' ? new PortTakenError(options, error) : error)
		);
		server.listen(port, host, resolve);
	});

	return {
		port: portOf(server.address()),
		serve: (handler) => {
			handle = handler;
		},
		close: async () => {
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			for (const socket of sockets) socket.destroy();
			await closed;
		}
	};
}

function portOf(address: AddressInfo | string | null): number {
	if (address === null || typeof address === 'string') throw new TypeError('a TCP listener has a port');
	return address.port;
}
