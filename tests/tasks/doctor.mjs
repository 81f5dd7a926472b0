/** `npm run doctor`, `deno task doctor`: checks the environment's configuration against the live services. */
import process from 'node:process';
import { ensureBuilt } from './build.mjs';
import { ensurePackages } from './packages.mjs';
import { doctorCommand, root, run, underDeno } from './runtime.mjs';

const runtime = underDeno ? 'deno' : 'node';
const args = process.argv.slice(2);
try {
	await ensurePackages();
	if (args.includes('--help') || args.includes('-h')) {
		const { runnerImport } = await import('vite');
		const { module } = await runnerImport('/src/doctor/command.ts', { root, configFile: false });
		process.stdout.write(module.HELP);
	} else {
		await ensureBuilt([runtime]);
		process.exitCode = await run(doctorCommand(runtime, args));
	}
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
}
