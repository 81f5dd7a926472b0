import { handOver } from '../lib/server/config/handover';
import { type Config, ConfigError, parseConfig } from '../lib/server/config/parse';

/** Reads the configuration before anything else happens; a faulty one ends the process with all faults told. The
 * application gets the same. */
export function readConfigOrExit(environment: Record<string, string | undefined>): Config {
	try {
		const config = parseConfig(environment);
		handOver(config);
		return config;
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		console.error(error.message);
		process.exit(1);
	}
}
