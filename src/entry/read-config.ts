import { type Config, ConfigError, parseConfig } from '../lib/server/config/parse';

/** Reads the configuration before anything else happens; a faulty one ends the process with all faults told. */
export function readConfigOrExit(environment: Record<string, string | undefined>): Config {
	try {
		return parseConfig(environment);
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		console.error(error.message);
		process.exit(1);
	}
}
