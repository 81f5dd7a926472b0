/** `node tests/tasks/build.mjs [node|deno|both|gallery]`: builds the portal; other tasks build only what is out of date. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { programCommand, root, run, runQuietly } from './runtime.mjs';

const SOURCES = ['src', 'static', 'svelte.config.js', 'vite.config.ts', 'package.json'];
const GALLERY = ['tests/gallery'];

/**
 * @param {'node' | 'deno' | 'both' | 'gallery'} adapter
 * @param {typeof run} runner shows what the build writes, or keeps it for the case that it fails
 */
async function build(adapter, runner) {
	const command = programCommand('vite', ['build', '--logLevel', 'warn']);
	const code = await runner(command, { env: { ...process.env, ADAPTER: adapter, NODE_ENV: 'production' } });
	if (code !== 0) throw new Error(`The build for ${adapter} failed.`);
}

/**
 * Builds those of the wanted servers that are missing or older than the sources.
 * @param {('node' | 'deno')[]} runtimes
 */
export async function ensureBuilt(runtimes) {
	const changedMs = newestOf(SOURCES);
	const outdated = runtimes.filter((runtime) => builtMs(runtime) < changedMs);
	if (outdated.length === 0) return;
	console.log(`Building the portal for ${outdated.join(' and ')} …`);
	await build(outdated.length === 2 ? 'both' : outdated[0], runQuietly);
}

/** The same for the state gallery, which no portal is built with. */
export async function ensureGalleryBuilt() {
	if (builtMs('gallery') >= newestOf([...SOURCES, ...GALLERY])) return;
	console.log('Building the state gallery …');
	await build('gallery', runQuietly);
}

function newestOf(names) {
	return Math.max(...names.map((name) => newestMs(join(root, name))));
}

function builtMs(name) {
	const file = join(root, 'build', name, 'start.js');
	return existsSync(file) ? statSync(file).mtimeMs : 0;
}

function newestMs(path) {
	if (!existsSync(path)) return 0;
	const stats = statSync(path);
	if (!stats.isDirectory()) return stats.mtimeMs;
	return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
	try {
		await build(process.argv[2] ?? 'node', run);
	} catch (error) {
		console.error(error.message);
		process.exitCode = 1;
	}
}
