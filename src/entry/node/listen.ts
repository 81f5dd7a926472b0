import type { Server } from 'node:http';
import { DRAIN_EVENT } from '../../lib/server/drain-event';
import { log } from '../../lib/server/log';
import { hostAndPort, type ListenAddress, listenAddress, listenFailure } from '../listen-address';
import { drainLimitMs, shutDown } from '../shut-down';

/** Listens until SIGTERM or SIGINT, then drains. A port that can't be had ends the process with one line. */
export function listenOrExit(server: Server, wanted: ListenAddress): void {
	const address = listenAddress(wanted);
	server.once('error', (error: NodeJS.ErrnoException) => {
		console.error(listenFailure(address, error.code ?? error.message));
		process.exit(1);
	});
	server.listen(address, () => {
		const bound = server.address();
		const port = typeof bound === 'object' && bound ? bound.port : address.port;
		log.info('listening', { address: hostAndPort({ ...address, port }), runtime: 'node' });
	});
	for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => drain(server, signal));
}

/** Accepts no more, lets requests in flight finish for a limited time, and ends with exit code 0. */
function drain(server: Server, reason: NodeJS.Signals): void {
	log.info('draining', { reason });
	(process as NodeJS.EventEmitter).emit(DRAIN_EVENT);
	setTimeout(() => process.exit(0), drainLimitMs).unref();
	// A connection that falls idle only now would be kept open for its next request.
	const sweep = setInterval(() => server.closeIdleConnections(), 100);
	server.close(() => {
		clearInterval(sweep);
		void shutDown(reason).then(() => process.exit(0));
	});
}
