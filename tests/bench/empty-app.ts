import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { startPortal } from '../harness/portal.ts';
import type { Runtime } from '../harness/runtime.ts';
import { denoBinary, programCommand, root, runQuietly } from '../tasks/runtime.mjs';

/** Returns the command that starts the empty SvelteKit application, which it builds if there is no build. */
export async function emptyAppCommand(runtime: Runtime): Promise<[string, ...string[]]> {
	const folder = join(root, 'build', `empty-${runtime}`);
	const start = join(folder, 'index.js');
	if (!existsSync(start)) {
		const code = await runQuietly(programCommand('vite', ['build', '--logLevel', 'warn']), {
			cwd: join(root, 'tests', 'bench', 'empty-app'),
			env: { ...process.env, ADAPTER: runtime, NODE_ENV: 'production' }
		});
		if (code !== 0) throw new Error(`The empty application could not be built for ${runtime}.`);
	}
	return runtime === 'deno'
		? [denoBinary(), 'run', '-A', '--no-config', '--no-remote', '--node-modules-dir=none', start]
		: [process.execPath, start];
}

export async function startEmptyApp(runtime: Runtime) {
	return startPortal({ runtime, env: {}, command: await emptyAppCommand(runtime) });
}
