import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { FastResponse } from 'srvx/node';
import { startLogging } from '../../lib/server/log';
import {
	type Application,
	fileLimitIn,
	readConfigOrExit,
	startApplication,
	warnOfFileLimit,
	warnOfUnknownVariables
} from '../startup';
import { readStaticTable } from '../static-files';
import { NO_PRETENURING } from '../v8-flags';
import { disk } from './disk';
import { listenOrExit, nodeLogBuffers } from './listen';
import { createPortalServer } from './server';

setFlagsFromString(NO_PRETENURING);
const config = readConfigOrExit(process.env);
const log = nodeLogBuffers();
startLogging(config.logLevel, log);
warnOfUnknownVariables(process.env);
// Of other systems than Linux the limit is not known.
warnOfFileLimit(fileLimitIn(await readFile('/proc/self/limits', 'utf8').catch(() => '')), config.connections);

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const files = await readStaticTable(disk, folder('./assets'), folder('./prerendered'));

// An answer of text or bytes goes to its socket as it is, and not as a stream, which it would be else.
globalThis.Response = FastResponse as unknown as typeof Response;
/** By an address, which no bundler follows. */
const load = (name: string): Promise<object> => import(new URL(`./server/${name}`, import.meta.url).href);
// Before the application: what it counts with is looked up once.
await load('instrumentation.server.js');
const [app, built] = await Promise.all([load('index.js'), load('manifest.js')]);
const application = { ...app, ...built } as Application;
const respond = await startApplication(application, process.env as Record<string, string>);

listenOrExit(createPortalServer(respond, { ...config, files }), config.listen, log, config.shutdownDelayMs);
