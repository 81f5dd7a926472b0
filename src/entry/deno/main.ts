import { log, startLogging } from '../../lib/server/log';
import {
	type Application,
	readConfigOrExit,
	startApplication,
	startMetrics,
	warnOfUnknownVariables,
	exitWith
} from '../startup';
import { handleSignals, isDraining } from '../listen';
import { readStaticTable, type Disk } from '../static-files';
import { readGrantedEnvironment, readWholeEnvironment } from './environment';
import { listenOrExit, createServe, signals } from './serve';
import type { Config } from '../../lib/server/config/parse';
import { LAUNCHED } from './supervise';

/** Serves the application until a signal. The build's `index.js` calls it. */
export async function main(application: Application): Promise<void> {
	const drainWith = handleSignals(signals);
	const environment = readGrantedEnvironment();
	const all = readWholeEnvironment();
	const config = readConfigOrExit(environment, all);
	await exitWithoutFlags(config);
	startLogging(config.logLevel);
	warnOfUnknownVariables(all);
	warnOfLocalDatabase(config);

	const { dirname: folder } = import.meta;
	await startMetrics(config, () => import(new URL('./server/prometheus.js', import.meta.url).href));
	const files = readStaticTable(disk, `${folder}/client`);
	const respond = await startApplication(application, environment);
	if (!isDraining()) await listenOrExit(createServe(respond, { ...config, files }), config, drainWith);
}

/**
 * Ends the process with a message if it was started without a flag of Deno that the portal needs, or where a setting can't work. The
 * launcher sets the flags.
 */
async function exitWithoutFlags({ store, metrics }: Pick<Config, 'store' | 'metrics'>): Promise<void> {
	if (metrics && isDenoDeploy())
		exitWith(
			"The portal can't start: Deno Deploy opens no port for METRICS_PORT. Remove it, and export metrics by OTLP."
		);
	if (store.denoKv !== undefined && store.redisUrl === undefined && !('openKv' in Deno)) exitWith(missing('kv'));
	if (Deno.args.includes(LAUNCHED) || isDenoDeploy() || !isPermitted()) return;
	if (await abortsCompleteRequests()) exitWith(missing('no-legacy-abort'));
}

function missing(feature: string): string {
	return `The portal can't start: run Deno with --unstable-${feature}, or use the launcher (start.js), which sets this flag.`;
}

/** Elsewhere, Deno keeps its default database in a file of its cache, named after the path of the build: other instances do not see it. */
function warnOfLocalDatabase({ store }: Pick<Config, 'store'>): void {
	if (store.denoKv !== 'default' || store.redisUrl !== undefined || isDenoDeploy()) return;
	log.warn(
		'DENO_KV is "default" outside Deno Deploy: the store is a file in the cache folder of Deno (DENO_DIR), which no other machine shares. Set DENO_KV to the path of a file, or set REDIS_URL'
	);
}

/** Deno Deploy reads the flags from `deno.json`, and expects a single server in the process. */
function isDenoDeploy(): boolean {
	const name = 'DENO_DEPLOYMENT_ID';
	return (
		Deno.permissions.querySync({ name: 'env', variable: name }).state === 'granted' && Deno.env.get(name) !== undefined
	);
}

const PROBE_HOST = '127.0.0.1';
const isPermitted = () => Deno.permissions.querySync({ name: 'net', host: PROBE_HOST }).state === 'granted';

/** Whether Deno aborts a request's signal after a complete response. Its API does not say so: this sends a request to a server. */
async function abortsCompleteRequests(): Promise<boolean> {
	let signal: AbortSignal | undefined;
	let completed: Promise<void> | undefined;
	const listening = Promise.withResolvers<number>();
	const server = Deno.serve(
		{ hostname: PROBE_HOST, port: 0, onListen: ({ port }) => listening.resolve(port), onError: () => Response.error() },
		(request, info) => {
			({ signal } = request);
			({ completed } = info);
			return Promise.resolve(new Response());
		}
	);
	// Not with `fetch`, which would send it to a proxy of the environment.
	const connection = await Deno.connect({ hostname: PROBE_HOST, port: await listening.promise });
	await connection.write(new TextEncoder().encode('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'));
	await new Response(connection.readable).text();
	await completed;
	await server.shutdown();
	return signal?.aborted ?? false;
}

/** Uses Deno's own API: loading `node:fs` takes longer than reading the few files of a build. */
const disk: Disk = {
	list: (folder) => Deno.readDirSync(folder),
	read: (file) => Deno.readFileSync(file)
};
