import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import * as v from 'valibot';
import { build } from 'vite';
import { denoBinary, root } from '../../tasks/runtime.mjs';
import type { Measure } from '../figure.ts';

const DENO_FLAGS = ['-A', '--no-config', '--no-remote', '--node-modules-dir=none', '--v8-flags=--expose-gc'];
const Measured = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		opening: v.object({ oursMicros: v.number(), theirsMicros: v.number(), ratio: v.number() }),
		memory: v.object({ deviationPercent: v.number(), megabytes: v.number(), requests: v.number() })
	})
);

/** Opening a session, compared with Auth.js's `decode`, and the heap over many requests, with the portal's modules and without HTTP. */
export const measureSessions: Measure = async (runtime) => {
	const folder = mkdtempSync(join(tmpdir(), 'portal-bench-sessions-'));
	try {
		await bundle(folder);
		const { opening, memory } = runBundle(runtime, join(folder, 'main.js'));
		return [
			{ what: 'opening a session', value: opening.oursMicros, unit: 'µs' },
			{ what: 'the same with decode of Auth.js', value: opening.theirsMicros, unit: 'µs' },
			{ what: 'times faster than Auth.js', value: opening.ratio, unit: '×', target: { atLeast: 5 } },
			{ what: `heap over ${memory.requests} requests`, value: memory.megabytes, unit: 'MB' },
			{ what: 'deviation of the heap', value: memory.deviationPercent, unit: '%', target: { atMost: 5 } }
		];
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
};

/** Bundles the measurement into one file for both runtimes, as the portal's build does. */
async function bundle(folder: string): Promise<void> {
	const environment = {
		name: 'bench:environment',
		resolveId: (id: string) => (id.startsWith('$env/') ? `\0${id}` : undefined),
		load: (id: string) => (id.startsWith('\0$env/') ? 'export const env = {};' : undefined)
	};
	await build({
		configFile: false,
		logLevel: 'error',
		root,
		plugins: [environment],
		ssr: { noExternal: true },
		build: {
			ssr: join(root, 'tests', 'bench', 'sessions', 'main.ts'),
			outDir: folder,
			rolldownOptions: { output: { format: 'es' } }
		}
	});
}

function runBundle(runtime: 'node' | 'deno', file: string): v.InferOutput<typeof Measured> {
	const program = runtime === 'deno' ? denoBinary() : process.execPath;
	const args = runtime === 'deno' ? ['run', ...DENO_FLAGS, file] : ['--expose-gc', file];
	const { status, stdout } = spawnSync(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	if (status !== 0) throw new Error('The measurement of sessions failed.');
	return v.parse(Measured, stdout.toString().trim().split('\n').at(-1));
}
