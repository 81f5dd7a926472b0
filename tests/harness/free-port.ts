import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', reject);
		probe.listen({ port: 0, host: '127.0.0.1' }, () => {
			const address = probe.address();
			probe.close(() => {
				if (typeof address === 'object' && address) resolve(address.port);
				else reject(new Error('The probe has no port'));
			});
		});
	});
}
