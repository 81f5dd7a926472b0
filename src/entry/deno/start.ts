/**
 * The launcher: starts the server in a process with minimal permissions, which depend on the configuration and on the STS's discovery.
 * Deno accepts permissions on the command line only.
 */
import { describeCause } from '../../lib/server/error-fields';
import { log, startLogging } from '../../lib/server/log';
import { endSignals } from '../listen';
import { flushLog } from '../log-buffer';
import { connectionsWithin, fileLimitIn, readConfigOrExit, warnOfSettings, warnOfUnknownVariables } from '../startup';
import { discoverEndpoints, permissionFlags } from './permissions';
import { telemetryEnvironment } from './environment';
import { denoLogBuffers, exitOf, LAUNCHED, forwardLines, sendSignal, supervise } from './supervise';

const environment = Deno.env.toObject();
const config = readConfigOrExit(environment);
const buffers = denoLogBuffers();
startLogging(config.logLevel, buffers);
if (!environment.DENO_NO_UPDATE_CHECK) {
	log.warn('Deno asks dl.deno.land for a newer version: set DENO_NO_UPDATE_CHECK=1 where the portal is started');
}
const { dirname: folder } = import.meta;

const endpoints = await discoverEndpoints(config).catch((error: unknown) => {
	const text = 'discovery failed before start-up: list STS endpoints on other hosts in STS_HOSTS';
	log.warn(text, { cause: describeCause(error) });
	return [];
});
const command = new Deno.Command(Deno.execPath(), {
	args: ['run', ...permissionFlags(config, folder, endpoints), `${folder}/index.js`, LAUNCHED],
	// Closed when this process ends in any way: then the server ends, too.
	stdin: 'piped',
	stdout: 'piped',
	stderr: 'piped',
	env: { ...telemetryEnvironment(config, environment), DENO_NO_UPDATE_CHECK: '1' }
});
let child: Deno.ChildProcess | undefined;
let isStopped = false;
for (const signal of endSignals) {
	Deno.addSignalListener(signal, () => {
		isStopped = true;
		if (child) sendSignal(child, signal);
	});
}

const start = async () => {
	const started = command.spawn();
	child = started;
	const lastLine = Promise.withResolvers<number>();
	const forwarded = Promise.allSettled([
		forwardLines(started.stdout, buffers.output, lastLine.resolve),
		forwardLines(started.stderr, buffers.error)
	]);
	const ended = await exitOf({ status: started.status, kill: () => sendSignal(started, 'SIGKILL') }, lastLine.promise);
	await forwarded;
	return ended;
};
const running = supervise(start, { isStopped: () => isStopped });
// For their warnings only, which the start does not wait for. The server has no permission to read unknown variables, and
// Deno's server has no limit of connections: those of event streams and requests need files.
warnOfUnknownVariables(environment);
warnOfSettings(environment, config);
const connections = config.eventStreams.maxPerProcess + config.requestsAtOnce;
void shellLimit().then((output) =>
	connectionsWithin(fileLimitIn(output), connections, 'EVENT_STREAMS and REQUESTS_AT_ONCE')
);
const code = await running;
await flushLog(buffers);
Deno.exit(code);

/** The output of `ulimit -n`; empty if there is no shell. Reading `/proc` would need all permissions. */
async function shellLimit(): Promise<string> {
	const shell = new Deno.Command('sh', { args: ['-c', 'ulimit -n'], stdin: 'null', env: {} });
	const output = await shell.output().catch(() => null);
	return new TextDecoder().decode(output?.stdout);
}
