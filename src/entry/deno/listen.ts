import process from 'node:process';
import { DRAIN_EVENT } from '../../lib/server/drain-event';
import { log } from '../../lib/server/log';
import { hostAndPort, type ListenAddress, listenAddress, listenFailure } from '../listen-address';
import { drainLimitMs, shutDown } from '../shut-down';
import { failure, type Serve } from './serve';

/** Listens until SIGTERM or SIGINT, then drains. A port that can't be had ends the process with one line. */
export async function listenOrExit(serve: Serve, wanted: ListenAddress): Promise<void> {
	const address = listenAddress(wanted);
	const server = tryToServe(serve, address);
	for (const signal of ['SIGTERM', 'SIGINT'] as const) {
		Deno.addSignalListener(signal, () => void drain(server, signal));
	}
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

/** Accepts no more, lets requests in flight finish for a limited time, and ends with exit code 0. */
async function drain(server: Deno.HttpServer, reason: Deno.Signal): Promise<void> {
	log.info('draining', { reason });
	(process as NodeJS.EventEmitter).emit(DRAIN_EVENT);
	setTimeout(() => Deno.exit(0), drainLimitMs);
	await server.shutdown();
	await shutDown(reason);
	Deno.exit(0);
}
