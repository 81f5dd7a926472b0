import { log } from '../../lib/server/log';
import { drainOnSignals, type Signals } from '../drain';
import { hostAndPort, type ListenAddress, listenAddress, listenFailure } from '../listen-address';
import { LAUNCHED, writeLastLine } from './supervise';
import { failure, type Serve } from './serve';

const isLaunched = () => Deno.args.includes(LAUNCHED);
const signals: Signals = { on: (signal, listener) => Deno.addSignalListener(signal, listener), exit };

function exit(code: number): never {
	if (isLaunched()) writeLastLine(code);
	return Deno.exit(code);
}

/**
 * Listens until a signal, or the end of its launcher, then drains. A port that is taken ends the process with one line.
 * @param delayMs how long requests are still taken after SIGTERM
 */
export async function listenOrExit(serve: Serve, wanted: ListenAddress, delayMs: number): Promise<void> {
	const address = listenAddress(wanted);
	// Asked for first: who finds the port open may tell the process to stop at once.
	const drain = drainOnSignals(signals, { delayMs, close: () => server.shutdown() });
	if (isLaunched()) void launcherEnded().then(() => drain('the launcher has ended'));
	let server = tryToServe(serve, address);
	const again = () => {
		server = listen(serve, address);
		return server;
	};
	await servedUntilClosed(server, again);
}

/** The pipe is closed when the launcher ends, however it ends. */
async function launcherEnded(): Promise<void> {
	for await (const _ of Deno.stdin.readable);
}

/** Between two attempts to listen again, in milliseconds. */
const RETRY_MS = 1000;

/**
 * Waits until a server is closed. Deno's stops listening when it cannot accept a connection, for example because the process has too
 * many open files; connections that it has accepted go on. Then another server takes its place.
 * @param again listens on the same address
 */
export async function servedUntilClosed(
	{ finished }: Pick<Deno.HttpServer, 'finished'>,
	again: () => Pick<Deno.HttpServer, 'finished'>
): Promise<void> {
	for (let current = finished; ;) {
		try {
			await current;
			return;
		} catch (error) {
			log.error('no connection can be accepted: trying again', { error });
		}
		await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
		// A failure to listen is one more failure of the server.
		current = Promise.resolve().then(async () => again().finished);
	}
}

/** Handles errors after the response head was sent. An interrupted response of a backend was logged as a warning before. */
function onError(error: unknown): Response {
	return error instanceof Error && error.name === 'Problem' ? new Response(null, { status: 502 }) : failure(error);
}

function listen(serve: Serve, address: ListenAddress): Deno.HttpServer {
	const onListen = ({ port }: { port: number }) =>
		log.info('listening', { address: hostAndPort({ ...address, port }), runtime: 'deno' });
	return Deno.serve({ hostname: address.host, port: address.port, onListen, onError }, serve);
}

/** A port that is taken at start ends the process. */
function tryToServe(serve: Serve, address: ListenAddress): Deno.HttpServer {
	try {
		return listen(serve, address);
	} catch (error) {
		console.error(listenFailure(address, error instanceof Error ? error.name : String(error)));
		return exit(1);
	}
}
