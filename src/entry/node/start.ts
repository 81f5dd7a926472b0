import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { FastResponse } from 'srvx/node';
import { JSON_HEADERS } from '../../lib/server/http/headers';
import { startLogging } from '../../lib/server/log';
import {
	type DrainWith,
	handleSignals,
	isDraining,
	type ListenAddress,
	listenAddress,
	listenFailure,
	logListening
} from '../listen';
import { createLogBuffer, flushLog, type LogBuffers } from '../log-buffer';
import {
	type Application,
	connectionsWithin,
	exitWith,
	fileLimitIn,
	readConfigOrExit,
	startApplication,
	startMetrics,
	warnOfFewConnections,
	warnOfSettings,
	warnOfUnknownVariables
} from '../startup';
import { type Disk, readStaticTable } from '../static-files';
import { createPortalServer } from './server';

const buffers = nodeLogBuffers();
const exit = (code: number) => void exitWhenFlushed(buffers, code);
const drainWith = handleSignals({ on: (signal, listener) => process.on(signal, listener), exit });

const config = readConfigOrExit(process.env);
if (config.store.denoKv !== undefined && config.store.redisUrl === undefined)
	exitWith("The portal can't start: DENO_KV works on Deno only. Set REDIS_URL, or remove DENO_KV.");
startLogging(config.logLevel, buffers);
warnOfUnknownVariables(process.env);
warnOfSettings(process.env, config);
warnOfFewConnections(config);
const fileLimit = fileLimitIn(processLimits());
const connections = connectionsWithin(fileLimit, config.connections);

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const files = readStaticTable(nodeDisk(), folder('./assets'));

/** Imports a file of the build by its URL, so that bundlers do not include it. */
const load = (name: string): Promise<object> => import(new URL(`./server/${name}`, import.meta.url).href);
// Before the application, which looks up its metrics provider once.
await load('instrumentation.server.js');
await startMetrics(config, () => load('prometheus.js'));
const [app, built] = await Promise.all([load('index.js'), load('manifest.js')]);
const application = { ...app, ...built } as Application;
// A `FastResponse` is written to the socket without the stream that a `Response` has.
const platform = {
	json: (value: unknown) => FastResponse.json(value),
	jsonBytes: (bytes: Uint8Array<ArrayBuffer>) => new FastResponse(bytes, { headers: JSON_HEADERS })
};
const respond = await startApplication(application, process.env as Record<string, string>, platform);

if (!isDraining())
	listenOrExit(createPortalServer(respond, { ...config, connections, files }), config.listen, {
		exit,
		drainWith,
		delayMs: config.shutdownDelayMs
	});

function nodeDisk(): Disk {
	return {
		list: (folder) =>
			readdirSync(folder, { withFileTypes: true }).map((entry) => ({
				name: entry.name,
				isDirectory: entry.isDirectory()
			})),
		read: (file) => new Uint8Array(readFileSync(file))
	};
}

/** The limits of this process; empty on systems other than Linux. */
function processLimits(): string {
	try {
		return readFileSync('/proc/self/limits', 'utf8');
	} catch {
		return '';
	}
}

/**
 * Listens until a signal, then drains. If listening fails, the process ends with a one-line message.
 * @param settings.delayMs how long requests are still accepted after SIGTERM
 */
function listenOrExit(
	server: Server,
	wanted: ListenAddress,
	{ exit, drainWith, delayMs }: { exit: (code: number) => void; drainWith: DrainWith; delayMs: number }
): void {
	const address = listenAddress(wanted);
	const connections = watchConnections(server);
	server.once('error', (error) => {
		console.error(listenFailure(address, error));
		exit(1);
	});
	server.listen(address, () => {
		const bound = server.address();
		const port = typeof bound === 'object' && bound ? bound.port : address.port;
		logListening({ ...address, port }, { runtime: 'node', url: config.origin });
	});
	drainWith({ delayMs, close: () => closed(server, connections), inFlight: connections.inFlight });
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
		inFlight: () => [...inFlight.values()].reduce((sum, count) => sum + count, 0),

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
function nodeLogBuffers(): LogBuffers {
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
