import type { Config } from './parse';

/** Where the server's entry and the application, two bundles of one process, both find it. */
const CONFIG = Symbol.for('eduid-wallet-portal.config');
const shared = globalThis as unknown as { [CONFIG]: Config | undefined };

/** Leaves what the entry has read to the application, which then need not check it again. */
export function handOver(config: Config): void {
	shared[CONFIG] = config;
}

/** What an entry has left; nothing in dev and in tests, where there is none. */
export function handedOver(): Config | undefined {
	return shared[CONFIG];
}
