import type { Server, SSRManifest } from '@sveltejs/kit';
import { type Config, ConfigError, parseConfig } from '../lib/server/config/parse';
import { distrustWarning, settingWarnings, unknownVariables, unknownVariableText } from '../lib/server/config/warnings';
import { unixMs } from '../lib/server/clock';
import { log } from '../lib/server/log';
import type { serveMetrics } from './prometheus';

/**
 * Parses the configuration before anything else happens. A faulty one ends the process with a list of all faults, and of the variables that
 * are probably misspelt: a required variable is then missing.
 * @param all all variables, also those that the portal does not read
 */
export function readConfigOrExit(
	environment: Record<string, string | undefined>,
	all: Readonly<Record<string, string | undefined>> = environment
): Config {
	try {
		return parseConfig(environment);
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		exitWith([error.message, ...unknownVariables(all).map(unknownVariableText)].join('\n'));
	}
}

/** Ends a process that can't start, with a message for the operator. */
export function exitWith(message: string): never {
	console.error(message);
	process.exit(1);
}

/**
 * Serves metrics for Prometheus if `METRICS_PORT` is set. Must be called before the application starts.
 * @param load imports `prometheus.ts`, which is loaded only then
 */
export async function startMetrics({ metrics }: Pick<Config, 'metrics'>, load: () => Promise<object>): Promise<void> {
	if (!metrics) return;
	const module = (await load()) as { readonly serveMetrics: typeof serveMetrics };
	const failure = await module.serveMetrics(metrics);
	if (failure !== null) exitWith(failure);
}

/** Logs a warning for each variable that is probably misspelt. */
export function warnOfUnknownVariables(environment: Readonly<Record<string, string | undefined>>): void {
	for (const unknown of unknownVariables(environment)) log.warn(unknownVariableText(unknown));
}

/** Logs a warning for each setting that has no effect, or not the intended one. */
export function warnOfSettings(environment: Readonly<Record<string, string | undefined>>, config: Config): void {
	for (const { message, advice } of [...settingWarnings(environment, config), ...distrustWarning(config)])
		log.warn(`${message} ${advice}`);
	if (config.securityContact !== null && config.securityContact.expiresAtMs < unixMs())
		log.warn('SECURITY_EXPIRES is in the past: /.well-known/security.txt says that it must no longer be used');
}

/** How many open files remain for other purposes, such as calls to other services; at most a quarter of the limit. */
const RESERVED_FILES = 1000;

/**
 * The number of connections that leave open files for other purposes. Each connection is an open file. Logs a warning if the limit
 * of open files allows fewer connections than the configuration.
 * @param limit null if it is unknown
 * @param names the variables that `connections` comes from
 */
export function connectionsWithin(limit: number | null, connections: number, names = 'CONNECTIONS'): number {
	const allowed = limit === null ? Infinity : Math.floor(limit - Math.min(RESERVED_FILES, limit / 4));
	if (allowed >= connections) return connections;
	const text = `the limit of open files (ulimit -n) is too low for ${names}: raise it to the number in "needed", or lower ${names}`;
	log.warn(text, { limit, connections, needed: connections + RESERVED_FILES });
	return allowed;
}

/** Whether event streams and requests may take all connections. Further ones are then closed, before the portal can respond with 503. */
export const lacksConnections = ({
	connections,
	eventStreams,
	requestsAtOnce
}: Pick<Config, 'connections' | 'eventStreams' | 'requestsAtOnce'>): boolean =>
	connections <= eventStreams.maxPerProcess + requestsAtOnce;

/** Logs a warning if `CONNECTIONS` is too low for other limits. For Node only: Deno's server has no limit of connections. */
export function warnOfFewConnections(config: Parameters<typeof lacksConnections>[0]): void {
	if (!lacksConnections(config)) return;
	const { connections, requestsAtOnce, eventStreams } = config;
	const text =
		'CONNECTIONS must be more than EVENT_STREAMS and REQUESTS_AT_ONCE together: further connections are closed without a response';
	log.warn(text, { connections, eventStreams: eventStreams.maxPerProcess, requestsAtOnce });
}

/**
 * Parses the soft limit of open files from the output of `ulimit -n` or from Linux's `/proc/self/limits`.
 * @returns `Infinity` for "unlimited", null if the text has no limit
 */
export function fileLimitIn(text: string): number | null {
	const limit = /(?:^|^Max open files\s+)(\d+|unlimited)(?:\s|$)/m.exec(text)?.[1];
	if (limit === undefined) return null;
	return limit === 'unlimited' ? Infinity : Number(limit);
}

/**
 * Handles a request on the public origin with the application.
 * @param clientAddress returns an IPv4 or IPv6 address
 */
export type Respond = (request: Request, clientAddress: () => string) => Promise<Response>;

/** The built application (SvelteKit, "Writing adapters"). */
export interface Application {
	readonly Server: new (manifest: SSRManifest) => Server;
	readonly manifest: SSRManifest;
}

/**
 * Initializes the application. A store that cannot be opened ends the process with a message.
 * @param platform what the runtime offers to the application's handlers (SvelteKit, "Adapters", "Platform-specific context")
 */
export async function startApplication(
	application: Application,
	env: Record<string, string>,
	platform?: Pick<App.Platform, 'json' | 'jsonBytes'>
): Promise<Respond> {
	const server = new application.Server(application.manifest);
	await server.init({ env }).catch((error: unknown) => {
		if (error instanceof Error && error.name === 'StoreNotOpened') exitWith(`The portal can't start: ${error.message}`);
		throw error;
	});
	return (request, getClientAddress) =>
		server.respond(request, { getClientAddress, platform: platform as App.Platform });
}
