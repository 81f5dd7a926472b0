/** `node tests/tasks/build.mjs [node|deno|both|gallery]`: builds the portal; other tasks build only what is out of date. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { startTied } from './children.mjs';
import { takeLock } from './lock.mjs';
import { programCommand, root, runQuietly } from './runtime.mjs';

const SOURCES = ['src', 'static', 'svelte.config.js', 'vite.config.ts', 'package.json'];
const GALLERY = ['tests/gallery'];

const BUILD = join(root, 'build');

/**
 * Builds into a folder of its own and moves the result into place, so that a failed build leaves the last one as it was.
 * @param {'node' | 'deno' | 'both' | 'gallery'} adapter
 * @param {typeof runQuietly} runner shows what the build writes, or only when it fails
 */
async function build(adapter, runner) {
	const folder = join(BUILD, '.next');
	rmSync(folder, { recursive: true, force: true });
	const command = programCommand('vite', ['build', '--logLevel', 'warn']);
	const env = { ...process.env, ADAPTER: adapter, BUILD_FOLDER: folder, NODE_ENV: 'production' };
	if ((await runner(command, { env })) !== 0) throw new Error(`The build for ${adapter} failed.`);
	for (const name of adapter === 'both' ? ['node', 'deno'] : [adapter]) {
		rmSync(join(BUILD, name), { recursive: true, force: true });
		renameSync(join(folder, name), join(BUILD, name));
	}
	rmSync(folder, { recursive: true, force: true });
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
export function ensureBuilt(runtimes) {
	return withLock(async () => {
		const changedMs = newestOf(SOURCES);
		const outdated = runtimes.filter((runtime) => builtMs(runtime) < changedMs);
		if (outdated.length === 0) return;
		console.error(`Building the portal for ${outdated.join(' and ')} …`);
		await build(outdated.length === 2 ? 'both' : outdated[0], runQuietly);
	});
}

/**
 * Fails if a server is missing or older than the sources: for tests that are started without `npm run test:…`.
 * @param {'node' | 'deno'} runtime
 */
export function requireBuilt(runtime) {
	if (builtMs(runtime) >= newestOf(SOURCES)) return;
	const command = runtime === 'deno' ? 'npm run build:deno' : 'npm run build';
	throw new Error(`build/${runtime} is missing or older than the sources. Run: ${command}`);
}

/** The same as `ensureBuilt` for the state gallery, which no portal is built with. */
export function ensureGalleryBuilt() {
	return withLock(async () => {
		if (builtMs('gallery') >= newestOf([...SOURCES, ...GALLERY])) return;
		console.error('Building the state gallery …');
		await build('gallery', runQuietly);
	});
}

/** Builds share folders: one at a time. @param {() => Promise<void>} work */
async function withLock(work) {
	mkdirSync(BUILD, { recursive: true });
	const release = await takeLock(join(BUILD, '.lock'), () =>
		console.error('Another task is building; waiting for it …')
	);
	try {
		await work();
	} finally {
		release();
	}
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
		await withLock(() => build(process.argv[2] ?? 'node', runWithoutHint));
	} catch (error) {
		console.error(error.message);
		process.exitCode = 1;
	}
}
