import type { Runtime } from '../../harness/runtime.ts';
import { denoBinary } from '../../tasks/runtime.mjs';
import { startBenchPortal } from '../bench-portal.ts';
import type { Measure } from '../figure.ts';
import { startProgram } from '../program.ts';
import { spreadOf } from '../statistics.ts';
import { type SignIns, signIns, signInSettings, startStubSts } from './sign-ins.ts';

const PAIRS = 5;
const AT_ONCE = 16;
const SIGN_INS = 800;
const WARM_UP = 400;
/** Processor time of a sign-in in version 1.0.0, in milliseconds, and the share of it that meets the target. */
const BEFORE_MS = { node: 9, deno: 6 };
const SHARE = 0.6;
const TIMES_FLOOR = 2;
const MIN_PER_SECOND = 200;

/**
 * Complete sign-ins (start, callback, session cookie), 16 at once, compared with a bare sign-in with oauth4webapi and one sealed
 * cookie on the same runtime, in turns. Both use the same STS, in a separate process.
 */
export const measureSignIns: Measure = async (runtime) => {
	const sts = await startStubSts();
	const issuer = `http://127.0.0.1:${sts.port}`;
	const { portal, stop } = await startBenchPortal(runtime, signInSettings(issuer));
	const bare = await startProgram('sign-ins/bare-sign-in.mjs', { BENCH_ISSUER: issuer }, commandOf(runtime));
	const sides = {
		ours: { ...portal, path: '/login/start?provider=sts', page: '/login', atOnce: AT_ONCE },
		floor: { ...bare, path: '/start', atOnce: AT_ONCE }
	};
	try {
		for (const side of Object.values(sides)) await signIns(side, WARM_UP);
		const ours: SignIns[] = [];
		const floor: SignIns[] = [];
		for (let pair = 0; pair < PAIRS; pair++) {
			ours.push(await signIns(sides.ours, SIGN_INS));
			floor.push(await signIns(sides.floor, SIGN_INS));
		}
		const failures = [...ours, ...floor].reduce((sum, one) => sum + one.failures, 0);
		const cost = spreadOf(ours.map(({ processorMs }) => processorMs));
		const floorCost = spreadOf(floor.map(({ processorMs }) => processorMs));
		const most = Math.max(TIMES_FLOOR * floorCost.value, SHARE * BEFORE_MS[runtime]);
		const ratios = ours.map((one, pair) => one.processorMs / (floor[pair]?.processorMs ?? NaN));
		const rate = spreadOf(ours.map(({ perSecond }) => perSecond));
		return [
			{ what: 'processor time of a bare sign-in', ...floorCost, unit: 'ms' },
			{ what: 'processor time of a sign-in', ...cost, unit: 'ms', target: { atMost: most } },
			{ what: 'sign-in to bare sign-in', ...spreadOf(ratios), unit: '×' },
			{
				what: `sign-ins, ${AT_ONCE} at once`,
				...rate,
				unit: '/s',
				...(runtime === 'node' && { target: { atLeast: MIN_PER_SECOND } })
			},
			{ what: 'their p99', ...spreadOf(ours.map(({ p99Ms }) => p99Ms)), unit: 'ms' },
			{ what: 'failed sign-ins', value: failures, unit: '', target: { atMost: 0 } }
		];
	} finally {
		await stop();
		await bare.stop();
		await sts.stop();
	}
};

function commandOf(runtime: Runtime): [string, ...string[]] {
	return runtime === 'node' ? [process.execPath] : [denoBinary(), 'run', '-A', '--node-modules-dir=manual'];
}
