import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomFrom } from '../harness/random.ts';
import { hasRedis } from '../harness/redis.ts';
import { type Runtime, runtime } from '../harness/runtime.ts';
import { type ChaosLandscape, startChaosLandscape } from './chaos-landscape.ts';
import { chaosMember, newReport } from './chaos-members.ts';
import { runFaultWindows, type Weather } from './fault-windows.ts';

/** `CHAOS_MINUTES=10` is the long run, by hand; `CHAOS_SEED` repeats the faults and steps of another run. */
const MINUTES = Number(process.env.CHAOS_MINUTES ?? 0.4);
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1e9);
/** Comma-separated names of fault windows (`fault-windows.ts`), to look for a fault; default: all. */
const FAULTS = process.env.CHAOS_FAULTS?.split(',') ?? [];
const MEMBERS = 12;
/** Between two steps of one member, at most. */
const PAUSE_MS = 400;

const variants: Readonly<Record<string, readonly Runtime[]>> = {
	node: ['node', 'node', 'node'],
	deno: ['deno', 'deno', 'deno'],
	mixed: ['node', 'deno', 'deno']
};

/** Those of CHAOS_RUNTIMES (comma-separated), or of this run's runtime; mixed with the second one, when both builds are there. */
function wantedVariants(): string[] {
	const wanted = process.env.CHAOS_RUNTIMES?.split(',');
	if (wanted) return wanted;
	const hasBoth = existsSync('build/node') && existsSync('build/deno');
	return runtime === 'deno' && hasBoth ? ['deno', 'mixed'] : [runtime];
}

describe.skipIf(!hasRedis()).each(wantedVariants())('three instances (%s)', (variant) => {
	const random = randomFrom(SEED);
	let landscape: ChaosLandscape;

	beforeAll(async () => {
		const runtimes = variants[variant];
		if (!runtimes) throw new Error(`CHAOS_RUNTIMES is "${variant}"; use node, deno or mixed.`);
		landscape = await startChaosLandscape(runtimes, randomFrom(SEED + 1));
	}, 120_000);
	afterAll(() => landscape.stop(), 60_000);

	test(
		`${MINUTES} min of faults: no avoidable session loss, no data of other people, no hanging request`,
		{ timeout: (MINUTES + 3) * 60_000 },
		async () => {
			const report = newReport();
			const weather: Weather = {
				isStoreAway: false,
				isUnsettled: false,
				restarts: 0,
				restartsAtLoss: 0,
				history: []
			};
			const members = Array.from({ length: MEMBERS }, (_, index) =>
				chaosMember(index, landscape, weather, randomFrom(SEED + 10 + index), report)
			);
			const untilMs = performance.now() + MINUTES * 60_000;
			let isOver = false;
			const walks = members.map(async (member, index) => {
				const draw = randomFrom(SEED + 100 + index);
				while (!isOver) {
					await member.step();
					await pause(draw() * PAUSE_MS);
				}
			});
			const windows = await runFaultWindows(landscape, weather, random, untilMs, FAULTS).finally(() => (isOver = true));
			await Promise.all(walks);
			await pause(3000);
			await Promise.all(members.map((member) => member.finish()));

			const { complaints, ...figures } = report;
			const count = Object.values(windows).reduce((sum, one) => sum + one, 0);
			console.log(`chaos (${variant}), seed ${SEED}: ${count} fault windows`, windows, figures);
			if (complaints.length > 0) console.log(weather.history.join('\n'));
			expect(complaints).toEqual([]);
			expect(report.sessionsLost.none).toBe(0);
			expect(report.requests).toBeGreaterThan(MINUTES * 60 * MEMBERS);
		}
	);
});
