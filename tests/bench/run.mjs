/**
 * `npm run bench`: takes every measurement on the Node build and on the Deno build, prints a table for each, and fails
 * if a target is missed.
 *   --runtime node   only this runtime (or deno)
 *   --only latency   only these measurements, separated by commas
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../tasks/build.mjs';
import { ensurePackages } from '../tasks/packages.mjs';
import { root } from '../tasks/runtime.mjs';

const NAMES = [
	'sessions',
	'latency',
	'status',
	'streams',
	'lcp',
	'search',
	'sign-ins',
	'calls',
	'telemetry',
	'qr-code',
	'cold-start',
	'memory'
];

const { values } = parseArgs({ options: { runtime: { type: 'string' }, only: { type: 'string' } } });
const runtimes = values.runtime?.split(',') ?? ['node', 'deno'];
const names = values.only?.split(',') ?? NAMES;
const folder = mkdtempSync(join(tmpdir(), 'portal-bench-'));
try {
	await ensurePackages();
	await ensureBuilt(runtimes);
	const met = names.flatMap((name) => runtimes.map((runtime) => take(name, runtime)));
	process.exitCode = met.every(Boolean) ? 0 : 1;
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
} finally {
	rmSync(folder, { recursive: true, force: true });
}

/** Prints the table of one measurement; returns whether every target is met. */
function take(name, runtime) {
	const startedMs = Date.now();
	const result = join(folder, `${name}-${runtime}.json`);
	const { status } = spawnSync(process.execPath, ['tests/tasks/run-ts.mjs', 'tests/bench/take.ts'], {
		cwd: root,
		stdio: 'inherit',
		env: { ...process.env, BENCH_NAME: name, BENCH_RESULT: result, RUNTIME: runtime }
	});
	console.log(`\n${name} on ${runtime}, in ${Math.round((Date.now() - startedMs) / 1000)} s`);
	if (status !== 0) {
		console.error('The measurement failed.');
		return false;
	}
	const figures = JSON.parse(readFileSync(result, 'utf8'));
	console.table(Object.fromEntries(figures.map((figure) => [figure.what, columnsOf(figure)])));
	return figures.every(({ isMet }) => isMet);
}

function columnsOf({ value, unit, spread, target, isMet }) {
	const range = spread ? ` (${spread.map((end) => end.toPrecision(3)).join(' to ')})` : '';
	const measured = `${value?.toPrecision(3) ?? 'none'}${range} ${unit}`;
	if (!target) return { measured };
	const wanted = 'atMost' in target ? `at most ${target.atMost}` : `at least ${target.atLeast}`;
	return { measured, target: wanted, verdict: isMet ? 'met' : 'MISSED' };
}
