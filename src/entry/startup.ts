import { type Config, ConfigError, parseConfig } from '../lib/server/config/parse';
import { unknownVariables, unknownVariableText } from '../lib/server/config/unknown-variables';
import { log } from '../lib/server/log';
import type { Server, SSRManifest } from '@sveltejs/kit';

/** Parses the configuration before anything else happens. A faulty one ends the process with a list of all faults. */
export function readConfigOrExit(environment: Record<string, string | undefined>): Config {
	try {
		return parseConfig(environment);
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		exitWith(error.message);
	}
}

/** Ends a process that can't start, with a message for the operator. */
export function exitWith(message: string): never {
	console.error(message);
	process.exit(1);
}

/** Logs a warning for each variable that is likely misspelt: the portal starts all the same. */
export function warnOfUnknownVariables(environment: Readonly<Record<string, string | undefined>>): void {
	for (const unknown of unknownVariables(environment)) log.warn(unknownVariableText(unknown));
}

/** Warns when a process may open fewer files than connections, each of which is a file. Nothing happens where the limit is not known. */
export function warnOfFileLimit(limit: number | null, connections: number): void {
	if (limit === null || limit >= connections) return;
	log.warn('the limit of open files (ulimit -n) is below CONNECTIONS: raise it, or lower CONNECTIONS', {
		limit,
		connections
	});
}

/**
 * The limit that a text tells: `ulimit -n` writes the number alone, Linux's `/proc/self/limits` a line of soft and hard limit.
 * @returns `Infinity` for "unlimited", null for any other text
 */
export function fileLimitIn(text: string): number | null {
	const limit = /(?:^|^Max open files\s+)(\d+|unlimited)(?:\s|$)/m.exec(text)?.[1];
	if (limit === undefined) return null;
	return limit === 'unlimited' ? Infinity : Number(limit);
}

/**
 * The application's answer to a request on the public origin.
 * @param clientAddress tells an IPv4 or IPv6 address, until the request is answered
 */
export type Respond = (request: Request, clientAddress: () => string) => Promise<Response>;

/** What a build makes of the application (SvelteKit, "Writing adapters"). */
export interface Application {
	readonly Server: new (manifest: SSRManifest) => Server;
	readonly manifest: SSRManifest;
}

/**
 * Initializes the application.
 * @param platform what the runtime offers to the application's handlers (SvelteKit, "Adapters", "Platform-specific context")
 */
export async function startApplication(
	application: Application,
	env: Record<string, string>,
	platform?: Pick<App.Platform, 'json'>
): Promise<Respond> {
	const server = new application.Server(application.manifest);
	await server.init({ env });
	return (request, getClientAddress) =>
		server.respond(request, { getClientAddress, platform: platform as App.Platform });
}

/** Proxies such as nginx would hold events back. */
export function unbuffered(answer: Response): Response {
	if (answer.headers.get('content-type') === 'text/event-stream') answer.headers.set('x-accel-buffering', 'no');
	return answer;
}
