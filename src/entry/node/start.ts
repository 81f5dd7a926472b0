import { fileURLToPath } from 'node:url';
import { startLogging } from '../../lib/server/log';
import { largestBody } from '../body-rule';
import { readConfigOrExit } from '../read-config';
import { readStaticTable } from '../static-table';
import { CLIENT_ADDRESS_HEADER, type Handler } from './adapter-request';
import { listenOrExit } from './listen';
import { createPortalServer } from './server';

const config = readConfigOrExit(process.env);
startLogging(config.logLevel);

// adapter-node reads these once, when its handler is imported; without ORIGIN it would trust the Host header.
process.env.ORIGIN = config.origin;
process.env.BODY_SIZE_LIMIT = String(largestBody(config));
process.env.ADDRESS_HEADER = CLIENT_ADDRESS_HEADER;
for (const name of ['PROTOCOL_HEADER', 'HOST_HEADER', 'PORT_HEADER', 'XFF_DEPTH']) delete process.env[name];

// Before the application: what it counts with is looked up once.
await import(new URL('./instrumentation.server.js', import.meta.url).href);

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const files = await readStaticTable(folder('./assets'), folder('./prerendered'));
// An address, which no bundler follows: the adapter's handler lies beside this file in the build.
const { handler } = (await import(new URL('./handler.js', import.meta.url).href)) as { handler: Handler };

listenOrExit(createPortalServer(handler, { ...config, files }), config.listen, config.shutdownDelayMs);
