import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { residentBytes } from '../harness/resident-memory.ts';
import { runtime } from '../harness/runtime.ts';
import { randomFrom } from '../harness/random.ts';
import { injectFaults } from './fault-injector.ts';
import { type Complaint, memberOf, type Visitor, walletHolderOf } from './visitors.ts';

/** `SOAK_MINUTES=10` is the long run, by hand. */
const MINUTES = Number(process.env.SOAK_MINUTES ?? 1);
const SEED = 20260101;
const MEMBERS = 12;
const WALLET_HOLDERS = 4;
const LOAD = 0.5;
const HEAP_MEGABYTES = 128;
/** Counts of the last minute fill up while the first one runs; what grows without end is more than this by the second half. */
const MAX_GROWTH = 1.25;

let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({
		runtime,
		accessTokenSeconds: 5,
		env: ({ bridgeUrl }) => ({
			AUTH_BRIDGE_TIMEOUT_MS: '1500',
			RATE_LIMIT_PER_ADDRESS: '1000000',
			LOG_LEVEL: 'error',
			// As in a small container: on a large machine V8 lets garbage lie for minutes.
			NODE_OPTIONS: `--max-old-space-size=${HEAP_MEGABYTES}`,
			DENO_V8_FLAGS: `--max-old-space-size=${HEAP_MEGABYTES}`,

			BACKENDS: JSON.stringify({ sandbox: { url: bridgeUrl, token: 'user', timeoutMs: 1500 } })
		})
	});
});
afterAll(() => landscape.stop());

/** Everybody at once for so long, each `everyMs` at most once; returns how many steps were taken a second. */
async function run(visitors: readonly Visitor[], seconds: number, everyMs: number): Promise<number> {
	const startedMs = performance.now();
	const untilMs = startedMs + seconds * 1000;
	let steps = 0;
	await Promise.all(
		visitors.map(async (visitor) => {
			while (performance.now() < untilMs) {
				const nextMs = performance.now() + everyMs;
				await visitor.step();
				steps++;
				await pause(Math.max(0, nextMs - performance.now()));
			}
		})
	);
	return (steps * 1000) / (performance.now() - startedMs);
}

test(
	`${MINUTES} min at half capacity with random faults: nobody signed out, no hanging request, stable memory`,
	{ timeout: (MINUTES + 2) * 60_000 },
	async () => {
		const complaints: Complaint[] = [];
		const members = await Promise.all(Array.from({ length: MEMBERS }, () => memberOf(landscape, complaints)));
		const holders = Array.from({ length: WALLET_HOLDERS }, () => walletHolderOf(landscape, complaints));
		const everybody = [...members, ...holders];
		const maxPerSecond = await run(everybody, 5, 0);

		const trouble = injectFaults(landscape.sandbox, randomFrom(SEED));
		const everyMs = (everybody.length * 1000) / (maxPerSecond * LOAD);
		const memory: number[] = [];
		const rates: number[] = [];
		const rounds = 10;
		for (let round = 0; round < rounds; round++) {
			rates.push(await run(everybody, (MINUTES * 60) / rounds, everyMs));
			if (existsSync('/proc/self/status')) memory.push(residentBytes(landscape.portal.pid) / 1024 ** 2);
		}
		const faults = trouble.stop();
		const steps = Math.round((rates.reduce((sum, rate) => sum + rate, 0) * MINUTES * 60) / rounds);
		console.log(
			`soak on ${runtime}: ${steps} steps at ${Math.round(maxPerSecond * LOAD)}/s of ${Math.round(maxPerSecond)}/s,`,
			`${faults} faults, ${landscape.sandbox.counts().refreshGrants} refresh grants,`,
			`memory ${memory.map((megabytes) => megabytes.toFixed(0)).join(' ')} MB`
		);

		expect(complaints).toEqual([]);
		const after = await Promise.all(members.map(({ browser }) => browser.call('/api/me')));
		expect(after.map(({ status }) => status)).toEqual(members.map(() => 200));
		expect(faults).toBeGreaterThan(MINUTES * 60);
		const half = rounds / 2;
		expect(Math.max(0, ...memory.slice(half))).toBeLessThanOrEqual(Math.max(0, ...memory.slice(0, half)) * MAX_GROWTH);
	}
);
