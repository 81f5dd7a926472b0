/** The test runners behind one shape: run, and tell how many passed and failed. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { programCommand, root, run, runQuietly } from './runtime.mjs';

/** @typedef {{passed: number, failed: number}} Tally */

/**
 * @param {string} name of the report, such as `http-node`
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<Tally>}
 */
export async function runVitest(name, args, env = {}) {
	const first = await vitest(name, args, env);
	return secondLook(first, () => vitest(`${name}-again`, [...args, ...failedFiles(name)], env));
}

async function vitest(name, args, env) {
	const report = freshReport(name);
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
	const code = await run(programCommand('vitest', ['run', ...reporters, ...args]), { env: { ...process.env, ...env } });
	return tally(code, report, ({ numPassedTests, numFailedTests }) => [numPassedTests, numFailedTests]);
}

function failedFiles(name) {
	const { testResults } = JSON.parse(readFileSync(reportOf(name), 'utf8'));
	return testResults.filter(({ status }) => status === 'failed').map((file) => file.name);
}

/**
 * @param {string} name of the report, such as `e2e-deno`
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<Tally>}
 */
export async function runPlaywright(name, args, env = {}) {
	const first = await playwright(name, args, env);
	return secondLook(first, () => playwright(`${name}-again`, ['--last-failed', ...args], env));
}

async function playwright(name, args, env) {
	const report = freshReport(name);
	const command = programCommand('playwright', ['test', '--reporter=list,json', ...args]);
	const code = await run(command, { env: { ...process.env, ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report } });
	return tally(code, report, ({ stats }) => [stats.expected, stats.unexpected + stats.flaky]);
}

/**
 * On CI, whose machine has other things to do, what failed is run once more by itself: what fails again has failed, and what
 * does not is told, for it is a fault of the test or a rare one of the product.
 */
async function secondLook(first, again) {
	if (first.failed === 0 || process.env.CI !== 'true') return first;
	console.log(`\n${first.failed} failed; once more, alone`);
	const second = await again();
	if (second.failed === 0) console.log(`\nunsteady: ${first.failed} failed at first, and passed alone`);
	return { passed: first.passed + Math.max(0, first.failed - second.failed), failed: second.failed };
}

/**
 * A step without tests in it: nothing to count, and nothing to show, unless it fails.
 * @param {string[]} command
 * @returns {Promise<Tally>}
 */
export async function runStep(command) {
	return { passed: 0, failed: (await runQuietly(command)) === 0 ? 0 : 1 };
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

const reportOf = (name) => join(root, 'test-results', 'reports', `${name}.json`);

function freshReport(name) {
	const report = reportOf(name);
	mkdirSync(dirname(report), { recursive: true });
	rmSync(report, { force: true });
	return report;
}
