/**
 * What differs between running a task under Node and under Deno. The tasks use what both have: `node:` modules.
 */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startTied } from './children.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const underDeno = 'Deno' in globalThis;

/** Packages' command-line programs by short name; started as scripts, so that no shell and no `npx` is needed. */
const PROGRAMS = {
	eslint: 'eslint/bin/eslint.js',
	playwright: '@playwright/test/cli.js',
	prettier: 'prettier/bin/prettier.cjs',
	'svelte-check': 'svelte-check/bin/svelte-check',
	'svelte-kit': '@sveltejs/kit/svelte-kit.js',
	vite: 'vite/bin/vite.js',
	vitest: 'vitest/vitest.mjs'
};

/**
 * The command that runs one of our scripts on the runtime we are on.
 * @param {string} file
 * @param {string[]} args
 */
export function scriptCommand(file, args = []) {
	return [process.execPath, ...(underDeno ? ['run', '-A'] : []), file, ...args];
}

/**
 * The command that runs a package's program.
 * @param {keyof typeof PROGRAMS} name
 * @param {string[]} args
 */
export function programCommand(name, args = []) {
	const file = join(root, 'node_modules', PROGRAMS[name]);
	// Playwright's loader of tests works on Node only.
	return name === 'playwright' && underDeno ? ['node', file, ...args] : scriptCommand(file, args);
}

/**
 * Deno itself: ours when we run on it, else the binary of the platform's npm package. Not the npm wrapper: that one
 * doesn't pass SIGTERM on.
 */
export function denoBinary() {
	if (underDeno) return process.execPath;
	const folder = join(root, 'node_modules', '@deno');
	const platforms = existsSync(folder) ? readdirSync(folder) : [];
	const candidates = platforms.flatMap((name) => ['deno', 'deno.exe'].map((file) => join(folder, name, file)));
	const binary = candidates.find((file) => existsSync(file));
	if (!binary) throw new Error('Deno is not installed: run `npm ci`.');
	return binary;
}

/**
 * How the Deno build's launcher is run: its rights, of which the portal itself gets far fewer, and no look at
 * package.json, which would make Deno install packages first. It reads the STS's discovery before it starts the portal.
 */
const LAUNCHER_FLAGS = [
	'--no-prompt',
	'--no-config',
	'--node-modules-dir=none',
	'--allow-env',
	'--allow-net',
	'--allow-read',
	'--allow-run'
];

/** The flags of V8 that `package.json`, the image and the systemd unit start the portal with on Node (docs/performance.md). */
export const NODE_V8_FLAGS = ['--max-semi-space-size=16', '--no-allocation-site-pretenuring'];

/**
 * The command that starts a build of the portal as in production, or the state gallery, which runs on Node.
 * @param {'node' | 'deno' | 'gallery'} build
 * @returns {[program: string, ...args: string[]]}
 */
export function portalCommand(build) {
	const start = join(root, 'build', build, 'start.js');
	return build === 'deno'
		? [denoBinary(), 'run', ...LAUNCHER_FLAGS, start]
		: [underDeno ? 'node' : process.execPath, ...NODE_V8_FLAGS, start];
}

/** The environment that `deno.json` and the images start the portal with. Node ignores it. */
export const START_ENVIRONMENT = {
	DENO_NO_UPDATE_CHECK: '1',
	DENO_V8_FLAGS: '--max-semi-space-size=4,--heap-growing-percent=50,--no-allocation-site-pretenuring'
};

/**
 * The command that runs a build's doctor. On Deno it starts like the portal, and may read the file with tokens too.
 * @param {'node' | 'deno'} runtime
 * @param {string[]} args
 * @returns {[program: string, ...args: string[]]}
 */
export function doctorCommand(runtime, args = []) {
	const doctor = join(root, 'build', runtime, 'doctor.js');
	return runtime === 'deno'
		? [denoBinary(), 'run', ...LAUNCHER_FLAGS, '--allow-read', doctor, ...args]
		: [underDeno ? 'node' : process.execPath, doctor, ...args];
}

/**
 * Starts a command in the repository's root.
 * @param {string[]} command
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {import('node:child_process').ChildProcess}
 */
export function start([program = '', ...args], options = {}) {
	return spawn(program, args, { cwd: root, stdio: 'inherit', ...options });
}

/**
 * Runs a command in the repository's root to its end; it also ends when this process does. Resolves to its exit code, 127
 * where there is no such program.
 * @param {string[]} command
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>}
 */
export function run(command, options = {}) {
	return new Promise((resolve) => {
		const child = startTied(command, { cwd: root, stdio: 'inherit', ...options });
		child.once('error', () => resolve(127));
		child.once('exit', (code) => resolve(code ?? 1));
	});
}

/**
 * The same, but what it writes is shown only when it fails.
 * @param {string[]} command
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>}
 */
export function runQuietly(command, options = {}) {
	return new Promise((resolve) => {
		const child = startTied(command, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
		/** @type {Buffer[]} */
		const written = [];
		for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => written.push(chunk));
		child.once('error', () => resolve(127));
		child.once('close', (code) => {
			if (code !== 0) console.error(Buffer.concat(written).toString());
			resolve(code ?? 1);
		});
	});
}
