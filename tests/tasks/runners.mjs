/** The test runners behind one shape: run, and tell how many passed and failed. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { programCommand, root, run } from './runtime.mjs';

/** @typedef {{passed: number, failed: number}} Tally */

/**
 * @param {string} name of the report, such as `http-node`
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<Tally>}
 */
export async function runVitest(name, args, env = {}) {
	const report = freshReport(name);
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
	const code = await run(programCommand('vitest', ['run', ...reporters, ...args]), { env: { ...process.env, ...env } });
	return tally(code, report, ({ numPassedTests, numFailedTests }) => [numPassedTests, numFailedTests]);
}

/**
 * @param {string} name of the report, such as `e2e-deno`
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<Tally>}
 */
export async function runPlaywright(name, args, env = {}) {
	const report = freshReport(name);
	const command = programCommand('playwright', ['test', '--reporter=list,json', ...args]);
	const code = await run(command, { env: { ...process.env, ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report } });
	return tally(code, report, ({ stats }) => [stats.expected, stats.unexpected + stats.flaky]);
}

/**
 * A step without tests in it: nothing to count unless it fails.
 * @param {string[]} command
 * @returns {Promise<Tally>}
 */
export async function runStep(command) {
	return { passed: 0, failed: (await run(command)) === 0 ? 0 : 1 };
}

/** A run that fails without a failing test, such as one whose set-up broke, counts as one failure. */
function tally(code, report, count) {
	const [passed, failed] = readReport(report, count);
	return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}

function readReport(report, count) {
	try {
		return count(JSON.parse(readFileSync(report, 'utf8')));
	} catch {
		return [0, 0];
	}
}

function freshReport(name) {
	const report = join(root, 'test-results', 'reports', `${name}.json`);
	mkdirSync(dirname(report), { recursive: true });
	rmSync(report, { force: true });
	return report;
}
