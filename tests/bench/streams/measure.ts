import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { createSeal, type Seal } from '../../../src/lib/server/seal.ts';
import type { OwnedSession } from '../../../src/lib/server/auth/wallet-cookies.ts';
import { sessionPath } from '../../http/support/journeys.ts';
import { denoBinary } from '../../tasks/runtime.mjs';
import { startBenchPortal } from '../bench-portal.ts';
import type { Figure, Measure } from '../figure.ts';
import { get } from '../load/http-load.ts';
import { startProgram } from '../program.ts';
import { signIns, signInSettings, startStubSts } from '../sign-ins/sign-ins.ts';
import { residentBytes } from '../../harness/resident-memory.ts';

const STREAMS = 10_000;
const HELD_SECONDS = 60;
const SIGN_INS = 2000;
/** Sign-ins at once, as at the start of a lecture. */
const SIGN_INS_AT_ONCE = 100;
/** Longer than the interval of the heartbeats. */
const BARE_SECONDS = 20;
const READS_PER_SECOND = 400;
const MAX_KILOBYTES = 40;
const MAX_OF_BARE = 1.5;
/**
 * Limits of the heap for a container of half a gigabyte, for both the portal and the bare server. With a larger heap, the runtimes
 * collect garbage later, so that the measurement would include it.
 */
const HEAP_FLAGS = ['--max-old-space-size=420', '--max-semi-space-size=2'];
const HEAP = { NODE_OPTIONS: HEAP_FLAGS.join(' '), DENO_V8_FLAGS: HEAP_FLAGS.join(',') };
const program = fileURLToPath(new URL('./stream-load.mjs', import.meta.url));
const Opened = v.pipe(v.string(), v.parseJson(), v.object({ opened: v.number() }));
const Held = v.pipe(v.string(), v.parseJson(), v.object({ closed: v.number(), alive: v.number() }));
const Counts = v.object({ statusReads: v.number() });

/**
 * 10,000 streams of as many wallet sessions on one process, open for a minute: the memory of a stream, and whether all streams stay
 * open, also during many sign-ins at once.
 */
export const measureStreams: Measure = async (runtime) => {
	const sts = await startStubSts();
	const { portal, bridgeUrl, secret, stop } = await startBenchPortal(runtime, {
		...HEAP,
		...signInSettings(`http://127.0.0.1:${sts.port}`),
		EVENT_STREAMS: String(STREAMS),
		WALLET_READS_PER_SECOND: String(READS_PER_SECOND)
	});
	const reads = async () => v.parse(Counts, await (await fetch(`${bridgeUrl}/counts`)).json()).statusReads;
	try {
		const seal = createSeal([secret], 'wallet');
		const requests = await Promise.all(Array.from({ length: STREAMS }, () => streamRequest(seal)));
		const streams = await openStreams(portal.port, requests, () => residentBytes(portal.pid));
		const before = { reads: await reads(), atMs: performance.now() };
		await pause(HELD_SECONDS * 1000);
		const perSecond = ((await reads()) - before.reads) / ((performance.now() - before.atMs) / 1000);
		const kilobytes = streams.kilobytes();
		const signInResults = await signIns(
			{ ...portal, path: '/login/start?provider=sts', page: '/login', atOnce: SIGN_INS_AT_ONCE },
			SIGN_INS
		);
		const held = await streams.end();
		return [
			{ what: 'streams opened', value: streams.opened, unit: '', target: { atLeast: STREAMS } },
			{
				what: `streams with a recent heartbeat after ${HELD_SECONDS} s`,
				value: held.alive,
				unit: '',
				target: { atLeast: STREAMS }
			},
			{ what: 'streams closed', value: held.closed, unit: '', target: { atMost: 0 } },
			{ what: 'upstream reads', value: perSecond, unit: '/s', target: { atMost: READS_PER_SECOND } },
			{
				what: `failures of ${SIGN_INS} sign-ins, ${SIGN_INS_AT_ONCE} at once`,
				value: signInResults.failures,
				unit: '',
				target: { atMost: 0 }
			},
			{ what: 'their p99', value: signInResults.p99Ms, unit: 'ms' },
			...(await memoryFigures(runtime, kilobytes))
		];
	} finally {
		await stop();
		await sts.stop();
	}
};

async function memoryFigures(runtime: 'node' | 'deno', kilobytes: number): Promise<Figure[]> {
	const what = 'memory of a stream';
	if (runtime === 'node') return [{ what, value: kilobytes, unit: 'kB', target: { atMost: MAX_KILOBYTES } }];
	const bare = await bareKilobytes();
	return [
		{ what, value: kilobytes, unit: 'kB' },
		{ what: 'memory of a stream of a bare Deno.serve', value: bare, unit: 'kB' },
		{ what: 'portal to bare', value: kilobytes / bare, unit: '×', target: { atMost: MAX_OF_BARE } }
	];
}

async function bareKilobytes(): Promise<number> {
	const bare = await startProgram('streams/bare-deno.mjs', HEAP, [denoBinary(), 'run', '-A', '--no-config']);
	try {
		const requests = Array.from({ length: STREAMS }, () => get('/'));
		const streams = await openStreams(bare.port, requests, () => residentBytes(bare.pid));
		await pause(BARE_SECONDS * 1000);
		const kilobytes = streams.kilobytes();
		await streams.end();
		return kilobytes;
	} finally {
		await bare.stop();
	}
}

/** Opens streams from a separate process. `kilobytes` returns the memory that each takes of the server; `end` closes them and returns how many had closed and how many had a recent heartbeat. */
async function openStreams(port: number, requests: readonly string[], resident: () => number) {
	// A first stream that is closed again, so that the code that it loads is not counted as memory of streams.
	await (await startLoad(port, requests.slice(0, 1))).end();
	const beforeBytes = resident();
	const load = await startLoad(port, requests);
	return { ...load, kilobytes: () => (resident() - beforeBytes) / 1024 / requests.length };
}

async function startLoad(port: number, requests: readonly string[]) {
	const child: ChildProcessByStdio<Writable, Readable, null> = spawn(process.execPath, [program], {
		stdio: ['pipe', 'pipe', 'inherit']
	});
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	child.stdin.write(`${JSON.stringify({ port, requests })}\n`);
	const { opened } = v.parse(Opened, (await lines.next()).value);
	return {
		opened,
		end: async () => {
			const ended = once(child, 'exit');
			child.stdin.end();
			const held = v.parse(Held, (await lines.next()).value);
			await ended;
			return held;
		}
	};
}

/** A browser's request for the events of a new wallet session, whose cookie is sealed here and not by the portal. */
async function streamRequest(seal: Seal): Promise<string> {
	const id = randomBytes(16).toString('hex');
	const startedAt = Date.now();
	const session: OwnedSession = {
		id,
		requestUri: `openid4vp://authorize?request_uri=${id}`,
		startedAt,
		expiresAt: startedAt + 300_000,
		returnTo: '/',
		idv: 'none',
		completed: false
	};
	const cookie = `portal.wallet.${id}=${seal.seal(session)}`;
	return get(sessionPath(id, 'events'), { cookie });
}
