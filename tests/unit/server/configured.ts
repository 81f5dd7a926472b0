import { type Config, ConfigError, parseConfig } from '$lib/server/config/parse';

/** An environment that starts the portal; every value is a fiction. */
export const environment = {
	AUTH_URL: 'http://localhost:3000',
	AUTH_SECRET: 'the-newest-secret-of-this-portal-0123456789',
	STS_ISSUER_URL: 'http://localhost:8092',
	STS_CLIENT_ID: 'portal-client',
	STS_CLIENT_SECRET: 'portal-client-secret',
	AUTH_BRIDGE_URL: 'http://localhost:8090'
} as const;

let current = parseConfig(environment);

/** Stands in for the application's own reader of the environment. */
export function config(): Config {
	return current;
}

/** The environment above with these changes, until the next call. */
export function configure(changes: Readonly<Record<string, string>> = {}): void {
	current = parseConfig({ ...environment, ...changes });
}

/** The faults of the environment above with these changes; empty if it is accepted. */
export function configFaults(changes: Readonly<Record<string, string | undefined>>): readonly string[] {
	try {
		parseConfig({ ...environment, ...changes });
	} catch (error) {
		if (error instanceof ConfigError) return error.faults;
		throw error;
	}
	return [];
}
