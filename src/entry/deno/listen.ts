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
 * Listens until a signal, or until the launcher ends, then drains. If the port is taken, the process ends with a one-line message.
 * @param delayMs how long requests are still accepted after SIGTERM
 */
export async function listenOrExit(serve: Serve, wanted: ListenAddress, delayMs: number): Promise<void> {
	const address = listenAddress(wanted);
	// Before listening: a client that finds the port open may send a signal at once.
	const drain = drainOnSignals(signals, { delayMs, close: () => server.shutdown() });
	if (isLaunched()) void launcherEnded().then(() => drain('the launcher has ended'));
	let server = tryToServe(serve, address);
	const again = () => {
		server = listen(serve, address);
		return server;
	};
	await servedUntilClosed(server, again);
}

/** Resolves when the launcher ends in any way, which closes the pipe. */
async function launcherEnded(): Promise<void> {
	for await (const _ of Deno.stdin.readable);
}

/** The pause before listening again, in milliseconds. */
const RETRY_MS = 1000;

/**
 * Waits until a server is closed. Deno's server stops listening if it can't accept a connection, for example because the process has too
 * many open files; accepted connections continue. Then another server replaces it.
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
		// Handles a failure to listen like a failure of the server.
		current = Promise.resolve().then(async () => again().finished);
	}
}

/** Handles errors after the head of a response was sent. An interrupted response of a backend has been logged as a warning. */
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
