import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { keycloakTokens } from '../../harness/keycloak-tokens.ts';
import { processorMs } from '../../harness/process-tree.ts';
import type { Runtime } from '../../harness/runtime.ts';
import { denoBinary } from '../../tasks/runtime.mjs';
import { startBenchPortal } from '../bench-portal.ts';
import type { Measure } from '../figure.ts';
import { startProgram } from '../program.ts';
import { spreadOf } from '../statistics.ts';

const PAIRS = 5;
const AT_ONCE = 16;
const SIGN_INS = 800;
const WARM_UP = 400;
/** Processor time of a sign-in in version 1.0.0, in milliseconds, and the share of it that is enough. */
const BEFORE_MS = { node: 9, deno: 6 };
const SHARE = 0.6;
const TIMES_FLOOR = 2;
const MIN_PER_SECOND = 200;

const driver = fileURLToPath(new URL('./sign-in-load.mjs', import.meta.url));
const Seen = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({ count: v.number(), failures: v.number(), tookMs: v.number(), p99Ms: v.number() })
);

interface Side {
	readonly pid: number;
	readonly port: number;
	readonly path: string;
	readonly page?: string;
}

/**
 * Complete sign-ins (start, callback, session cookie), 16 at once, against a bare sign-in with oauth4webapi and one sealed
 * cookie on the same runtime, in turns. Both have the same STS, in a process of its own.
 */
export const measureSignIns: Measure = async (runtime) => {
	const { accessToken, refreshToken } = keycloakTokens();
	const sts = await startProgram('sign-ins/stub-sts.mjs', {
		STUB_TOKENS: JSON.stringify({ accessToken, refreshToken })
	});
	const issuer = `http://127.0.0.1:${sts.port}`;
	const limits = { RATE_LIMIT_PER_BROWSER: '100000', RATE_LIMIT_PER_ADDRESS: '100000' };
	const { portal, stop } = await startBenchPortal(runtime, { STS_ISSUER_URL: issuer, ...limits });
	const bare = await startProgram('sign-ins/bare-sign-in.mjs', { BENCH_ISSUER: issuer }, commandOf(runtime));
	const sides = {
		ours: { pid: portal.pid, port: portal.port, path: '/login/start?provider=sts', page: '/login' },
		floor: { pid: bare.pid, port: bare.port, path: '/start' }
	};
	try {
		for (const side of Object.values(sides)) await signIns(side, WARM_UP);
		const ours: SignIns[] = [];
		const floor: SignIns[] = [];
		for (let pair = 0; pair < PAIRS; pair++) {
			ours.push(await signIns(sides.ours, SIGN_INS));
			floor.push(await signIns(sides.floor, SIGN_INS));
		}
		const cost = spreadOf(ours.map(({ processorMs }) => processorMs));
		const floorCost = spreadOf(floor.map(({ processorMs }) => processorMs));
		const most = Math.max(TIMES_FLOOR * floorCost.value, SHARE * BEFORE_MS[runtime]);
		const ratios = ours.map((one, pair) => one.processorMs / (floor[pair]?.processorMs ?? NaN));
		const rate = spreadOf(ours.map(({ perSecond }) => perSecond));
		return [
			{ what: 'processor time of a bare sign-in', ...floorCost, unit: 'ms' },
			{ what: 'processor time of a sign-in', ...cost, unit: 'ms', target: { atMost: most } },
			{ what: 'the same, to a bare sign-in', ...spreadOf(ratios), unit: '×' },
			{
				what: `sign-ins, ${AT_ONCE} at once`,
				...rate,
				unit: '/s',
				...(runtime === 'node' && { target: { atLeast: MIN_PER_SECOND } })
			},
			{ what: 'their p99', ...spreadOf(ours.map(({ p99Ms }) => p99Ms)), unit: 'ms' }
		];
	} finally {
		await stop();
		await bare.stop();
		await sts.stop();
	}
};

interface SignIns {
	readonly processorMs: number;
	readonly perSecond: number;
	readonly p99Ms: number;
}

/** @throws {Error} when a sign-in did not end in a session */
async function signIns({ pid, port, path, page }: Side, total: number): Promise<SignIns> {
	const beforeMs = processorMs(pid);
	const child = spawn(process.execPath, [driver], { stdio: ['pipe', 'pipe', 'inherit'] });
	child.stdin.end(JSON.stringify({ port, path, page, at: AT_ONCE, total }));
	const { count, failures, tookMs, p99Ms } = v.parse(Seen, await text(child.stdout));
	if (failures > 0) throw new Error(`${failures} of ${count} sign-ins on port ${port} failed.`);
	return { processorMs: (processorMs(pid) - beforeMs) / count, perSecond: (count * 1000) / tookMs, p99Ms };
}

function commandOf(runtime: Runtime): [string, ...string[]] {
	return runtime === 'node' ? [process.execPath] : [denoBinary(), 'run', '-A', '--node-modules-dir=manual'];
}
