/** Common interface of the test runners: run, and report what passed, failed and was skipped. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { nothing, afterRetry, resultOf } from './results.mjs';
import { programCommand, root, run, runQuietly } from './runtime.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} name of the run, such as `http-node`
 * @property {string[]} args for the test runner
 * @property {Record<string, string>} env added to the common environment
 * @property {() => boolean} mayRetry whether what failed is run once more
 * @typedef {import('./results.mjs').Result} Result
 */

/** @type {(options: RunOptions) => Promise<Result>} */
export function runVitest({ name, args, env, mayRetry }) {
	const reporters = ['--reporter=default', `--reporter=${reporter('vitest')}`];
	const command = (/** @type {string[]} */ files) => programCommand('vitest', ['run', ...reporters, ...args, ...files]);
	const failedFiles = () => [
		...new Set(entriesOf(name).flatMap(({ event, file }) => (event === 'failed' && file ? [file] : [])))
	];
	return withRetry(
		mayRetry,
		() => recorded(name, command([]), env),
		() => recorded(`${name}-again`, command(failedFiles()), env)
	);
}

const TRACED = ['--trace', 'retain-on-failure'];

/** @type {(options: RunOptions) => Promise<Result>} */
export function runPlaywright({ name, args, env, mayRetry }) {
	const reporters = `--reporter=list,${reporter('playwright')}`;
	const command = (/** @type {string[]} */ only) => programCommand('playwright', ['test', reporters, ...only, ...args]);
	return withRetry(
		mayRetry,
		() => recorded(name, command([]), env),
		// A fault outside of tests, such as in the end of a fixture, leaves no failed test behind: then all run again.
		// Only this time with a trace: it takes a seventh of the processor time.
		() => recorded(`${name}-again`, command([...TRACED, ...(hasFailedTests(name) ? ['--last-failed'] : [])]), env)
	);
}

/** @param {string} name */
const hasFailedTests = (name) => entriesOf(name).some(({ event }) => event === 'failed');

/**
 * A check without tests in it: nothing to count, and nothing to show, unless it fails.
 * @param {string} name
 * @param {string[]} command
 * @returns {Promise<Result>}
 */
export async function runCheck(name, command) {
	return (await runQuietly(command)) === 0 ? nothing() : { ...nothing(), failed: [name] };
}

/**
 * CI machines run other jobs: what failed is run once more by itself. What passes then is flaky: a fault of
 * the test, or a rare one of the product.
 * @param {() => boolean} mayRetry
 * @param {() => Promise<Result>} first
 * @param {() => Promise<Result>} again
 */
async function withRetry(mayRetry, first, again) {
	const result = await first();
	if (result.failed.length === 0 || !mayRetry()) return result;
	console.log(`\n${result.failed.length} failed; running them once more`);
	return afterRetry(result, await again());
}

/**
 * @param {string} name
 * @param {string[]} command
 * @param {Record<string, string>} env
 * @returns {Promise<Result>}
 */
async function recorded(name, command, env) {
	const file = recordOf(name);
	mkdirSync(dirname(file), { recursive: true });
	rmSync(file, { force: true });
	const code = await run(command, { env: { ...process.env, ...env, TEST_RECORD: file } });
	return resultOf(entriesOf(name), code, name);
}

/**
 * @param {string} name
 * @returns {import('./reporters/record.mjs').Entry[]}
 */
function entriesOf(name) {
	const file = recordOf(name);
	if (!existsSync(file)) return [];
	return readFileSync(file, 'utf8')
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line));
}

const recordOf = (/** @type {string} */ name) => join(root, 'test-results', 'records', `${name}.jsonl`);
const reporter = (/** @type {string} */ runner) => join(root, 'tests', 'tasks', 'reporters', `${runner}.mjs`);
