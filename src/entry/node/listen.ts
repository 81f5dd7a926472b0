import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import process from 'node:process';
import { log } from '../../lib/server/log';
import { drainOnSignals, hostAndPort, type ListenAddress, listenAddress, listenFailure } from '../listen';
import { createLogBuffer, flushLog, type LogBuffers } from '../log-buffer';

/**
 * Listens until a signal, then drains. If listening fails, the process ends with a one-line message.
 * @param delayMs how long requests are still accepted after SIGTERM
 */
export function listenOrExit(server: Server, wanted: ListenAddress, buffers: LogBuffers, delayMs: number): void {
	const address = listenAddress(wanted);
	const exit = (code: number) => void exitWhenFlushed(buffers, code);
	const connections = watchConnections(server);
	server.once('error', (error: NodeJS.ErrnoException) => {
		console.error(listenFailure(address, error.code ?? error.message));
		exit(1);
	});
	server.listen(address, () => {
		const bound = server.address();
		const port = typeof bound === 'object' && bound ? bound.port : address.port;
		log.info('listening', { address: hostAndPort({ ...address, port }), runtime: 'node' });
	});
	drainOnSignals(
		{ on: (signal, listener) => process.on(signal, listener), exit },
		{ delayMs, close: () => closed(server, connections) }
	);
}

/** Tracks the connections of a server and the requests in flight on each. */
function watchConnections(server: Server) {
	const open = new Set<Socket>();
	const inFlight = new Map<Socket, number>();
	server.on('connection', (socket) => {
		open.add(socket);
		socket.once('close', () => {
			open.delete(socket);
			inFlight.delete(socket);
		});
	});
	server.on('request', ({ socket }, response) => {
		inFlight.set(socket, (inFlight.get(socket) ?? 0) + 1);
		response.once('close', () => {
			if (open.has(socket)) inFlight.set(socket, (inFlight.get(socket) ?? 0) - 1);
		});
	});
	return {
		/** Closes connections without a request in flight: idle ones, and those that have not sent a complete head. */
		closeUnused: () => {
			for (const socket of open) if (!inFlight.get(socket)) socket.destroy();
		}
	};
}

function closed(server: Server, connections: ReturnType<typeof watchConnections>): Promise<void> {
	return new Promise((resolve) => {
		// A connection that becomes idle later would be kept open for its next request.
		const sweep = setInterval(() => connections.closeUnused(), 100);
		connections.closeUnused();
		server.close(() => {
			clearInterval(sweep);
			resolve();
		});
	});
}

/**
 * The log's buffers on Node. Node writes to pipes without blocking, but holds in memory whatever the reader does not accept, and an
 * unhandled error of a stream ends the process. A paused terminal (Ctrl-S) still pauses the process.
 */
export function nodeLogBuffers(): LogBuffers {
	return { output: bufferOf(process.stdout), error: bufferOf(process.stderr) };
}

function bufferOf(stream: NodeJS.WriteStream) {
	// Also handles failed writes by others, such as a warning of the runtime.
	stream.on('error', () => {});
	return createLogBuffer(
		(text) =>
			new Promise((resolve, reject) => {
				stream.write(text, (error) => (error ? reject(error) : resolve()));
			})
	);
}

/** Exits when the last lines of the log have been written, or after a second. */
async function exitWhenFlushed(buffers: LogBuffers, code: number): Promise<never> {
	await flushLog(buffers);
	process.exit(code);
}
