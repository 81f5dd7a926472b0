/** `npm run sandbox`: STS, institutions, Auth Bridge and test wallet, without the portal. */
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { ensurePackages } from './packages.mjs';
import { root, scriptCommand, start, underDeno } from './runtime.mjs';

/** The command that runs the sandbox on the runtime we are on. */
export function sandboxCommand() {
	const main = join(root, 'tests', 'sandbox', 'main.ts');
	return underDeno ? scriptCommand(main) : scriptCommand(join(root, 'tests', 'tasks', 'run-ts.mjs'), [main]);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
	await ensurePackages();
	const child = start(sandboxCommand());
	// Ctrl-C reaches the child too; this process only waits for it.
	process.on('SIGINT', () => {});
	process.on('SIGTERM', () => child.kill('SIGTERM'));
	child.once('exit', (code) => (process.exitCode = code ?? 1));
}
