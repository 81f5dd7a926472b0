import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { FastResponse } from 'srvx/node';
import { startLogging } from '../../lib/server/log';
import {
	type Application,
	connectionsWithin,
	exitWith,
	fileLimitIn,
	readConfigOrExit,
	startApplication,
	startMetrics,
	warnOfUnknownVariables
} from '../startup';
import { readStaticTable } from '../static-files';
import { disk } from './disk';
import { listenOrExit, nodeLogBuffers } from './listen';
import { createPortalServer } from './server';

const config = readConfigOrExit(process.env);
if (config.store.denoKv !== undefined && config.store.redisUrl === undefined)
	exitWith("The portal can't start: DENO_KV works on Deno only. Set REDIS_URL, or remove DENO_KV.");
const log = nodeLogBuffers();
startLogging(config.logLevel, log);
warnOfUnknownVariables(process.env);
const fileLimit = fileLimitIn(processLimits());
const connections = connectionsWithin(fileLimit, config.connections);

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const files = await readStaticTable(disk, folder('./assets'), folder('./prerendered'));

/** Imports a file of the build by its URL, so that bundlers do not include it. */
const load = (name: string): Promise<object> => import(new URL(`./server/${name}`, import.meta.url).href);
// Before the application, which looks up its metrics provider once.
await load('instrumentation.server.js');
await startMetrics(config, () => load('prometheus.js'));
const [app, built] = await Promise.all([load('index.js'), load('manifest.js')]);
const application = { ...app, ...built } as Application;
// A `FastResponse` is written to the socket without the stream that a `Response` has.
const platform = { json: (value: unknown) => FastResponse.json(value) };
const respond = await startApplication(application, process.env as Record<string, string>, platform);

listenOrExit(
	createPortalServer(respond, { ...config, connections, files }),
	config.listen,
	log,
	config.shutdownDelayMs
);

/** The limits of this process; empty on systems other than Linux. */
function processLimits(): string {
	try {
		return readFileSync('/proc/self/limits', 'utf8');
	} catch {
		return '';
	}
}
