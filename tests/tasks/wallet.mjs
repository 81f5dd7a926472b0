/** `npm run wallet -- <link>`: answers an OpenID4VP request with a credential of the running sandbox. */
import { join } from 'node:path';
import process from 'node:process';
import { ensurePackages } from './packages.mjs';
import { root, scriptCommand, start, underDeno } from './runtime.mjs';

await ensurePackages();
const main = join(root, 'tests', 'sandbox', 'wallet', 'main.ts');
const options = process.argv.slice(2);
const command = underDeno
	? scriptCommand(main, options)
	: scriptCommand(join(root, 'tests', 'tasks', 'run-ts.mjs'), [main, ...options]);
start(command).once('exit', (code) => (process.exitCode = code ?? 1));
