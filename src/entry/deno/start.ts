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

/** The first signal, which ends the server. */
let stopSignal: Deno.Signal | undefined;
const isStopped = () => stopSignal !== undefined;
const stopped = Promise.withResolvers<Deno.Signal>();
let child: Deno.ChildProcess | undefined;
for (const signal of endSignals) {
	Deno.addSignalListener(signal, () => {
		stopSignal ??= signal;
		stopped.resolve(signal);
		if (child) sendSignal(child, signal);
	});
}

const environment = Deno.env.toObject();
const config = readConfigOrExit(environment);
const buffers = denoLogBuffers();
startLogging(config.logLevel, buffers);
if (!environment.DENO_NO_UPDATE_CHECK) {
	log.warn('Deno asks dl.deno.land for a newer version: set DENO_NO_UPDATE_CHECK=1 where the portal is started');
}
const { dirname: folder } = import.meta;

const discovered = discoverEndpoints(config).catch((error: unknown) => {
	const text = 'discovery failed before start-up: list STS endpoints on other hosts in STS_HOSTS';
	log.warn(text, { cause: describeCause(error) });
	return [];
});
const endpoints = await Promise.race([discovered, stopped.promise.then(() => [])]);
if (isStopped()) {
	log.info('stopped', { reason: stopSignal });
	await exitWhenFlushed(0);
}
const command = new Deno.Command(Deno.execPath(), {
	args: ['run', ...permissionFlags(config, folder, endpoints), `${folder}/index.js`, LAUNCHED],
	// Closed when this process ends in any way: then the server ends, too.
	stdin: 'piped',
	stdout: 'piped',
	stderr: 'piped',
	env: { ...telemetryEnvironment(config, environment), DENO_NO_UPDATE_CHECK: '1' }
});

const start = async () => {
	const started = command.spawn();
	child = started;
	const lastLine = Promise.withResolvers<number>();
	const forwarded = Promise.allSettled([
		forwardLines(started.stdout, buffers.output, lastLine.resolve),
		forwardLines(started.stderr, buffers.error)
	]);
	const kill = () => sendSignal(started, 'SIGKILL');
	const ended = await exitOf({ status: started.status, kill }, lastLine.promise, () => stopSignal);
	await forwarded;
	return ended;
};
const running = supervise(start, { isStopped });
// For their warnings only, which the start does not wait for. The server has no permission to read unknown variables, and
// Deno's server has no limit of connections: those of event streams and requests need files.
warnOfUnknownVariables(environment);
warnOfSettings(environment, config);
const connections = config.eventStreams.maxPerProcess + config.requestsAtOnce;
void shellLimit().then((output) =>
	connectionsWithin(fileLimitIn(output), connections, 'EVENT_STREAMS and REQUESTS_AT_ONCE')
);
await exitWhenFlushed(await running);

async function exitWhenFlushed(code: number): Promise<never> {
	await flushLog(buffers);
	return Deno.exit(code);
}

/** The output of `ulimit -n`; empty if there is no shell. Reading `/proc` would need all permissions. */
async function shellLimit(): Promise<string> {
	const shell = new Deno.Command('sh', { args: ['-c', 'ulimit -n'], stdin: 'null', env: {} });
	const output = await shell.output().catch(() => null);
	return new TextDecoder().decode(output?.stdout);
}
