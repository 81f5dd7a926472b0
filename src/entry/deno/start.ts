/**
 * Starts the Deno build as a process of its own with the least permissions, which follow from the configuration and from
 * the STS's discovery: Deno takes them on the command line only.
 */
import { describeCause, log, startLogging } from '../../lib/server/log';
import { readConfigOrExit, warnOfUnknownVariables } from '../read-config';
import { discoverEndpoints } from './discovery';
import { permissionFlags } from './permissions';
import { telemetryEnvironment } from './telemetry';

const environment = Deno.env.toObject();
const config = readConfigOrExit(environment);
startLogging(config.logLevel);
// The portal itself is not granted names that it does not know.
warnOfUnknownVariables(environment);
if (!environment.DENO_NO_UPDATE_CHECK) {
	log.warn('Deno asks dl.deno.land for a newer version: set DENO_NO_UPDATE_CHECK=1 where the portal is started');
}
const { dirname: folder } = import.meta;

const endpoints = await discoverEndpoints(config).catch((error: unknown) => {
	const text = 'the STS could not be read before the start: endpoints of it on other hosts must be named in STS_HOSTS';
	log.warn(text, { cause: describeCause(error) });
	return [];
});
const child = new Deno.Command(Deno.execPath(), {
	args: ['run', ...permissionFlags(config, folder, endpoints), `${folder}/index.js`],
	stdin: 'null',
	env: { ...telemetryEnvironment(config, environment), DENO_NO_UPDATE_CHECK: '1' }
}).spawn();
for (const signal of ['SIGTERM', 'SIGINT'] as const) Deno.addSignalListener(signal, () => child.kill(signal));

const { code } = await child.status;
Deno.exit(code);
