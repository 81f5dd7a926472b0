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
const STORM = 100;
/** One heartbeat, and a little. */
const BARE_SECONDS = 20;
const READS_PER_SECOND = 400;
const MAX_KILOBYTES = 40;
const MAX_OF_BARE = 1.5;
/**
 * As a container of half a gigabyte would set it, for the portal and for the bare server alike: with more room than they need,
 * the runtimes leave garbage lying, and what is measured is how much of it.
 */
const HEAP_FLAGS = ['--max-old-space-size=420', '--max-semi-space-size=2'];
const HEAP = { NODE_OPTIONS: HEAP_FLAGS.join(' '), DENO_V8_FLAGS: HEAP_FLAGS.join(',') };
const program = fileURLToPath(new URL('./stream-load.mjs', import.meta.url));
const Opened = v.pipe(v.string(), v.parseJson(), v.object({ opened: v.number() }));
const Held = v.pipe(v.string(), v.parseJson(), v.object({ closed: v.number(), alive: v.number() }));
const Counts = v.object({ statusReads: v.number() });

/**
 * 10,000 streams over as many wallet sessions on one process, held for a minute: what a stream costs, and whether all live, also
 * through a storm of sign-ins.
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
		const crowd = await openStreams(portal.port, requests, () => residentBytes(portal.pid));
		const before = { reads: await reads(), atMs: performance.now() };
		await pause(HELD_SECONDS * 1000);
		const perSecond = ((await reads()) - before.reads) / ((performance.now() - before.atMs) / 1000);
		const kilobytes = crowd.kilobytes();
		const storm = await signIns(
			{ ...portal, path: '/login/start?provider=sts', page: '/login', atOnce: STORM },
			SIGN_INS
		);
		const held = await crowd.end();
		return [
			{ what: 'streams opened', value: crowd.opened, unit: '', target: { atLeast: STREAMS } },
			{ what: `heard from at the end of ${HELD_SECONDS} s`, value: held.alive, unit: '', target: { atLeast: STREAMS } },
			{ what: 'closed meanwhile', value: held.closed, unit: '', target: { atMost: 0 } },
			{ what: 'upstream reads', value: perSecond, unit: '/s', target: { atMost: READS_PER_SECOND } },
			{
				what: `failed ones of ${SIGN_INS} sign-ins, ${STORM} at once`,
				value: storm.failures,
				unit: '',
				target: { atMost: 0 }
			},
			{ what: 'their p99', value: storm.p99Ms, unit: 'ms' },
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
		{ what: 'the same of a bare Deno.serve', value: bare, unit: 'kB' },
		{ what: 'portal to bare', value: kilobytes / bare, unit: '×', target: { atMost: MAX_OF_BARE } }
	];
}

async function bareKilobytes(): Promise<number> {
	const bare = await startProgram('streams/bare-deno.mjs', HEAP, [denoBinary(), 'run', '-A', '--no-config']);
	try {
		const requests = Array.from({ length: STREAMS }, () => get('/'));
		const crowd = await openStreams(bare.port, requests, () => residentBytes(bare.pid));
		await pause(BARE_SECONDS * 1000);
		const kilobytes = crowd.kilobytes();
		await crowd.end();
		return kilobytes;
	} finally {
		await bare.stop();
	}
}

/** Opens streams from a process of its own; `kilobytes` tells what each costs the server now, and `end` how they fared. */
async function openStreams(port: number, requests: readonly string[], resident: () => number) {
	// One that has come and gone: what the first request loads is not a stream's.
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

/** A browser's request for the events of a wallet session of its own, whose cookie is sealed here instead of asked for. */
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
