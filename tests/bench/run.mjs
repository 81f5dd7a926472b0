/**
 * `npm run bench`: measures on Node and on Deno, in one run each, and fails where a target is missed.
 *   --runtime node   or deno, instead of both
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { denoBinary, root, underDeno } from '../tasks/runtime.mjs';

const LEAST_RATIO = 5;
const MOST_STRAY_PERCENT = 5;

const { values } = parseArgs({ options: { runtime: { type: 'string' } } });
const runtimes = values.runtime?.split(',') ?? ['node', 'deno'];
const folder = mkdtempSync(join(tmpdir(), 'portal-bench-'));
try {
	await bundle();
	const rows = runtimes.map(measure);
	console.table(Object.fromEntries(rows.map(({ runtime, columns }) => [runtime, columns])));
	process.exitCode = rows.every(({ isGood }) => isGood) ? 0 : 1;
} finally {
	rmSync(folder, { recursive: true, force: true });
}

/** One file for both runtimes, made as the portal's own build is. */
async function bundle() {
	const environment = {
		name: 'bench:environment',
		resolveId: (id) => (id.startsWith('$env/') ? `\0${id}` : undefined),
		load: (id) => (id.startsWith('\0$env/') ? 'export const env = {};' : undefined)
	};
	await build({
		configFile: false,
		logLevel: 'error',
		root,
		plugins: [environment],
		ssr: { noExternal: true },
		build: {
			ssr: join(root, 'tests', 'bench', 'main.ts'),
			outDir: folder,
			rolldownOptions: { output: { format: 'es' } }
		}
	});
}

function measure(runtime) {
	const file = join(folder, 'main.js');
	const command =
		runtime === 'deno'
			? [
					denoBinary(),
					'run',
					'-A',
					'--no-config',
					'--no-remote',
					'--node-modules-dir=none',
					'--v8-flags=--expose-gc',
					file
				]
			: [underDeno ? 'node' : process.execPath, '--expose-gc', file];
	const [program, ...args] = command;
	const { status, stdout } = spawnSync(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
	if (status !== 0) throw new Error(`The measurement on ${runtime} failed.`);
	const { opening, memory } = JSON.parse(stdout.toString().trim().split('\n').at(-1));
	return {
		runtime,
		isGood: opening.ratio >= LEAST_RATIO && memory.strayPercent <= MOST_STRAY_PERCENT,
		columns: {
			'open, µs': opening.oursMicros.toFixed(1),
			'Auth.js decode, µs': opening.theirsMicros.toFixed(1),
			[`ratio (at least ${LEAST_RATIO})`]: opening.ratio.toFixed(1),
			requests: memory.requests,
			'heap, MB': memory.megabytes.toFixed(0),
			[`heap strays by, % (at most ${MOST_STRAY_PERCENT})`]: memory.strayPercent.toFixed(1)
		}
	};
}
