import { existsSync, lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { programCommand, root, runQuietly, underDeno } from './runtime.mjs';

/**
 * Installs the npm packages where they are missing or older than what the repository asks for, and has Kit write the
 * compiler's settings in a fresh clone: running TypeScript needs them.
 */
export async function ensurePackages() {
	if (!isInstalled()) await install();
	if (existsSync(join(root, '.svelte-kit', 'tsconfig.json'))) return;
	if ((await runQuietly(programCommand('svelte-kit', ['sync']))) !== 0) throw new Error('svelte-kit sync failed.');
}

async function install() {
	// npm empties the folder behind the link, and another checkout uses it.
	if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink())
		throw new Error('The packages are out of date. node_modules is a link: install them in the folder that it names.');
	console.error('Installing packages …');
	const command = underDeno ? [process.execPath, 'install'] : ['npm', 'ci', '--no-audit', '--no-fund'];
	if ((await runQuietly(command)) !== 0) throw new Error(`Installing the packages failed: ${command.join(' ')}`);
}

/** npm and Deno each leave a record in node_modules when they are done. */
function isInstalled() {
	const wanted = underDeno ? 'package.json' : 'package-lock.json';
	const records = ['.package-lock.json', join('.deno', '.setup-cache.bin')].map((name) => join('node_modules', name));
	return records.some((record) => {
		const file = join(root, record);
		return existsSync(file) && statSync(file).mtimeMs >= statSync(join(root, wanted)).mtimeMs;
	});
}
