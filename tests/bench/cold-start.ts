import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { freePort } from '../harness/free-port.ts';
import { spawnProgram } from '../harness/portal-process.ts';
import { portalCommand, START_ENVIRONMENT } from '../tasks/runtime.mjs';
import { emptyAppCommand } from './empty-app.ts';
import type { Measure } from './figure.ts';
import { get } from './load/http-load.ts';
import { median } from './statistics.ts';

const ROUNDS = 25;
const RETRY_MS = 3;

/** The time from the start of the process to the last byte of its first page, in turns with the empty application. */
export const measureColdStart: Measure = async (runtime) => {
	const commands = { portal: portalCommand(runtime), empty: await emptyAppCommand(runtime) };
	const portalMs: number[] = [];
	const emptyMs: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		portalMs.push(await startMs(commands.portal, START_ENVIRONMENT));
		emptyMs.push(await startMs(commands.empty, { DENO_NO_UPDATE_CHECK: START_ENVIRONMENT.DENO_NO_UPDATE_CHECK }));
	}
	const [portal, empty] = [median(portalMs), median(emptyMs)];
	return [
		{ what: 'start to first page: portal', value: portal, unit: 'ms' },
		{ what: 'start to first page: empty app', value: empty, unit: 'ms' },
		{ what: 'portal to empty app', value: portal / empty, unit: '×', target: { atMost: 2 } }
	];
};

async function startMs(
	command: [string, ...string[]],
	environment: Readonly<Record<string, string>> = {}
): Promise<number> {
	const port = await freePort();
	const startedMs = performance.now();
	const started = spawnProgram(command, {
		...environment,
		HOST: '127.0.0.1',
		PORT: String(port),
		AUTH_URL: `http://localhost:${port}`,
		AUTH_SECRET: randomBytes(48).toString('base64url'),
		STS_ISSUER_URL: 'http://127.0.0.1:9',
		STS_CLIENT_ID: 'portal-frontend',
		STS_CLIENT_SECRET: 'portal-frontend-secret',
		AUTH_BRIDGE_URL: 'http://127.0.0.1:9'
	});
	while (!(await servesHomePage(port))) {
		if (started.child.exitCode !== null) throw new Error(`The process ended before it responded:\n${started.logs()}`);
		await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
	}
	const tookMs = performance.now() - startedMs;
	started.child.kill();
	await started.ended;
	return tookMs;
}

/** Requests the home page over a new connection; false while nothing listens. */
function servesHomePage(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ port, host: '127.0.0.1' });
		let received = '';
		socket.once('connect', () => socket.write(get('/', { connection: 'close' })));
		socket.on('data', (chunk) => (received += chunk.toString()));
		socket.once('error', () => resolve(false));
		socket.once('close', () => resolve(received.startsWith('HTTP/1.1 200 ')));
	});
}
