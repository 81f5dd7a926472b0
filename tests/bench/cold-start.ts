import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../harness/free-port.ts';
import { spawnProgram } from '../harness/portal-process.ts';
import type { Runtime } from '../harness/runtime.ts';
import { denoBinary, portalCommand, root, START_ENVIRONMENT } from '../tasks/runtime.mjs';
import { emptyAppCommand } from './empty-app.ts';
import type { Measure } from './figure.ts';
import { get } from './load/http-load.ts';
import { median } from './statistics.ts';

const ROUNDS = 25;
const RETRY_MS = 3;

interface Variant {
	readonly what: string;
	readonly command: [string, ...string[]];
	readonly environment: Readonly<Record<string, string>>;
}

/**
 * The time from the start of the process to the last byte of its first page, in turns with the empty application. On Deno also without the
 * launcher, as on Deno Deploy. Each program has a cache folder of its own: Deno discards compiled code that was stored with other V8 flags.
 */
export const measureColdStart: Measure = async (runtime) => {
	const folder = await mkdtemp(join(tmpdir(), 'portal-cold-start-'));
	const variants = await variantsOf(runtime);
	const measured: number[][] = variants.map(() => []);
	try {
		for (let round = 0; round <= ROUNDS; round++) {
			for (const [index, { command, environment }] of variants.entries()) {
				const tookMs = await startMs(command, { ...environment, DENO_DIR: join(folder, String(index)) });
				// The first start of each fills its cache.
				if (round > 0) measured[index]?.push(tookMs);
			}
		}
	} finally {
		await rm(folder, { recursive: true });
	}
	const medians = measured.map(median);
	const empty = medians.at(-1) ?? NaN;
	return [
		...variants.map(({ what }, index) => ({
			what: `start to first page: ${what}`,
			value: medians[index] ?? NaN,
			unit: 'ms'
		})),
		...variants.slice(0, -1).map(({ what }, index) => ({
			what: `${what} to empty app`,
			value: (medians[index] ?? NaN) / empty,
			unit: '×',
			target: { atMost: 2 }
		}))
	];
};

/** What is compared; the empty application is the last one. */
async function variantsOf(runtime: Runtime): Promise<Variant[]> {
	const { DENO_NO_UPDATE_CHECK } = START_ENVIRONMENT;
	const server = join(root, 'build', 'deno', 'index.js');
	const onDeploy: Variant = {
		what: 'portal as on Deno Deploy',
		command: [
			denoBinary(),
			'run',
			'-A',
			'--no-config',
			'--node-modules-dir=none',
			'--unstable-no-legacy-abort',
			server
		],
		environment: { ...START_ENVIRONMENT, DENO_DEPLOYMENT_ID: 'bench' }
	};
	return [
		{ what: 'portal', command: portalCommand(runtime), environment: START_ENVIRONMENT },
		...(runtime === 'deno' ? [onDeploy] : []),
		{ what: 'empty app', command: await emptyAppCommand(runtime), environment: { DENO_NO_UPDATE_CHECK } }
	];
}

async function startMs(command: [string, ...string[]], environment: Readonly<Record<string, string>>): Promise<number> {
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
