/** `node tests/tasks/build.mjs [node|deno|both|gallery]`: builds the portal; other tasks build only what is out of date. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { startTied } from './children.mjs';
import { programCommand, root, runQuietly } from './runtime.mjs';

const SOURCES = ['src', 'static', 'svelte.config.js', 'vite.config.ts', 'package.json'];
const GALLERY = ['tests/gallery'];

/**
 * @param {'node' | 'deno' | 'both' | 'gallery'} adapter
 * @param {typeof runQuietly} runner shows what the build writes, or only when it fails
 */
async function build(adapter, runner) {
	const command = programCommand('vite', ['build', '--logLevel', 'warn']);
	const code = await runner(command, { env: { ...process.env, ADAPTER: adapter, NODE_ENV: 'production' } });
	if (code !== 0) throw new Error(`The build for ${adapter} failed.`);
}

/** Shows what the build writes, except that Kit recommends `npm run preview`, which our adapters do not have. */
function runWithoutHint(/** @type {string[]} */ command, options = {}) {
	return new Promise((resolve) => {
		const child = startTied(command, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'inherit'] });
		createInterface({ input: child.stdout }).on('line', (line) => {
			if (!line.includes('npm run preview')) console.log(line);
		});
		child.once('error', () => resolve(127));
		child.once('close', (code) => resolve(code ?? 1));
	});
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
		await build(process.argv[2] ?? 'node', runWithoutHint);
	} catch (error) {
		console.error(error.message);
		process.exitCode = 1;
	}
}
