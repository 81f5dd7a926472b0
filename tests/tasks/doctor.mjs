/** `npm run doctor`, `deno task doctor`: holds the environment's configuration against the services that it names. */
import process from 'node:process';
import { ensureBuilt } from './build.mjs';
import { ensurePackages } from './packages.mjs';
import { doctorCommand, run, underDeno } from './runtime.mjs';

const runtime = underDeno ? 'deno' : 'node';
try {
	await ensurePackages();
	await ensureBuilt([runtime]);
	process.exitCode = await run(doctorCommand(runtime, process.argv.slice(2)));
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
}
