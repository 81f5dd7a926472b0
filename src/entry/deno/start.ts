/**
 * Starts the Deno build as a process of its own with the least permissions, which follow from the configuration:
 * Deno takes them on the command line only.
 */
import { startLogging } from '../../lib/server/log';
import { readConfigOrExit, warnOfUnknownVariables } from '../read-config';
import { permissionFlags } from './permissions';
import { telemetryEnvironment } from './telemetry';

const config = readConfigOrExit(Deno.env.toObject());
startLogging(config.logLevel);
// The portal itself is not granted names that it does not know.
warnOfUnknownVariables(Deno.env.toObject());
const { dirname: folder } = import.meta;

const child = new Deno.Command(Deno.execPath(), {
	args: ['run', ...permissionFlags(config, folder), `${folder}/index.js`],
	stdin: 'null',
	env: telemetryEnvironment(config, Deno.env.toObject())
}).spawn();
for (const signal of ['SIGTERM', 'SIGINT'] as const) Deno.addSignalListener(signal, () => child.kill(signal));

const { code } = await child.status;
Deno.exit(code);
