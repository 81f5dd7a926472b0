import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers';
import { signalGroup, startTied } from '../tasks/children.mjs';
import { root, runQuietly, scriptCommand } from '../tasks/runtime.mjs';

/** Top-level entries that are no sources. An `.env` would change what is tested. */
const LEFT_OUT = /^(?:\.git|node_modules|build|\.svelte-kit|test-results|playwright-report|\.env(?!\.example).*)$/;
const KIT = 'node_modules/@sveltejs/kit/svelte-kit.js';

/** A test run that takes longer is ended. */
const RUN_LIMIT_MS = 10 * 60_000;

/** @typedef {Awaited<ReturnType<typeof createTree>>} Tree */

/**
 * Copies the working tree into a temporary folder. Mutations are made there: the working tree itself is never changed.
 * @throws {Error} when SvelteKit can't write its types
 */
export async function createTree() {
	const folder = mkdtempSync(join(tmpdir(), 'portal-mutation-'));
	const isSource = (/** @type {string} */ path) => !LEFT_OUT.test(relative(root, path).split(sep)[0] ?? '');
	cpSync(root, folder, { recursive: true, filter: isSource });
	symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
	await runTask(KIT, ['sync']);
	let isBuilt = false;

	/** @param {string} script @param {string[]} args */
	async function runTask(script, args) {
		const code = await runQuietly(scriptCommand(join(folder, script), args), { cwd: folder });
		if (code !== 0) throw new Error(`${script} failed`);
	}

	return {
		/**
		 * Does some work while one file of the copy has another text.
		 * @template Result
		 * @param {string} file
		 * @param {(text: string) => string} change
		 * @param {() => Promise<Result>} work
		 */
		async withChange(file, change, work) {
			const path = join(folder, file);
			const text = readFileSync(path, 'utf8');
			writeFileSync(path, change(text));
			isBuilt = false;
			try {
				return await work();
			} finally {
				writeFileSync(path, text);
				isBuilt = false;
			}
		},

		/**
		 * Builds the portal for Node, once for each change.
		 * @throws {Error} when it does not build
		 */
		async build() {
			if (isBuilt) return;
			await runTask('tests/tasks/build.mjs', ['node']);
			isBuilt = true;
		},

		/**
		 * Runs a test runner; resolves to what it recorded of each test.
		 * @param {readonly string[]} command script of a package, and its arguments
		 * @param {Readonly<Record<string, string>>} env
		 * @returns {Promise<import('../tasks/reporters/record.mjs').Entry[]>}
		 */
		async test([script = '', ...args], env) {
			const record = join(folder, 'test-results', 'record.jsonl');
			mkdirSync(dirname(record), { recursive: true });
			writeFileSync(record, '');
			const command = scriptCommand(join(folder, 'node_modules', script), args);
			const options = { cwd: folder, env: { ...process.env, ...env, TEST_RECORD: record } };
			await toItsEnd(startTied(command, { ...options, stdio: 'ignore' }));
			return readFileSync(record, 'utf8')
				.split('\n')
				.filter(Boolean)
				.map((line) => JSON.parse(line));
		},

		remove: () => rmSync(folder, { recursive: true, force: true })
	};
}

/** @param {import('node:child_process').ChildProcess} child */
function toItsEnd(child) {
	const timer = setTimeout(() => signalGroup(child.pid ?? 0, 'SIGKILL'), RUN_LIMIT_MS);
	return new Promise((resolve) => {
		child.once('error', resolve);
		child.once('exit', resolve);
	}).finally(() => clearTimeout(timer));
}
