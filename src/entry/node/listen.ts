import type { Server } from 'node:http';
import { log } from '../../lib/server/log';
import { drainOnSignals } from '../drain';
import { hostAndPort, type ListenAddress, listenAddress, listenFailure } from '../listen-address';

/**
 * Listens until SIGTERM or SIGINT, then drains. A port that can't be had ends the process with one line.
 * @param delayMs how long requests are still taken after SIGTERM
 */
export function listenOrExit(server: Server, wanted: ListenAddress, delayMs: number): void {
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
	drainOnSignals(process, { delayMs, close: () => closed(server) });
}

function closed(server: Server): Promise<void> {
	return new Promise((resolve) => {
		// A connection that falls idle only now would be kept open for its next request.
		const sweep = setInterval(() => server.closeIdleConnections(), 100);
		server.close(() => {
			clearInterval(sweep);
			resolve();
		});
	});
}
