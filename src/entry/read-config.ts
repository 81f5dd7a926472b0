import { handOver } from '../lib/server/config/handover';
import { type Config, ConfigError, parseConfig } from '../lib/server/config/parse';
import { unknownVariables, unknownVariableText } from '../lib/server/config/unknown-variables';
import { log } from '../lib/server/log';

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

/** Logs a warning for each variable that is likely misspelt: the portal starts all the same. */
export function warnOfUnknownVariables(environment: Readonly<Record<string, string | undefined>>): void {
	for (const unknown of unknownVariables(environment)) log.warn(unknownVariableText(unknown));
}
