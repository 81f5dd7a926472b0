import { log } from '../../lib/server/log';
import { drainOnSignals, type Signals } from '../drain';
import { hostAndPort, type ListenAddress, listenAddress, listenFailure } from '../listen-address';
import { failure, type Serve } from './serve';

const signals: Signals = {
	once(signal, listener) {
		const first = () => {
			Deno.removeSignalListener(signal, first);
			listener();
		};
		Deno.addSignalListener(signal, first);
	},
	exit: (code) => Deno.exit(code)
};

/**
 * Listens until SIGTERM or SIGINT, then drains. A port that can't be had ends the process with one line.
 * @param delayMs how long requests are still taken after SIGTERM
 */
export async function listenOrExit(serve: Serve, wanted: ListenAddress, delayMs: number): Promise<void> {
	const address = listenAddress(wanted);
	// Asked for first: who finds the port open may tell the process to stop at once.
	drainOnSignals(signals, { delayMs, close: () => server.shutdown() });
	const server = tryToServe(serve, address);
	await server.finished;
}

function tryToServe(serve: Serve, address: ListenAddress): Deno.HttpServer {
	const onListen = ({ port }: { port: number }) =>
		log.info('listening', { address: hostAndPort({ ...address, port }), runtime: 'deno' });
	try {
		return Deno.serve({ hostname: address.host, port: address.port, onListen, onError: failure }, serve);
	} catch (error) {
		console.error(listenFailure(address, error instanceof Error ? error.name : String(error)));
		return Deno.exit(1);
	}
}
