/**
 * `npm run test:mutation`: makes each fault of `list/` in a copy of the sources, and runs the one test file that has to
 * fail then. Fails when one survives. What an earlier run has caught is left out, unless the sources have changed.
 *   --only TEXT   the mutations whose name or file contains the text
 *   --again       all of them, whatever an earlier run has caught
 */
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ensureChromium } from '../tasks/chromium.mjs';
import { killChildren } from '../tasks/children.mjs';
import { ensurePackages } from '../tasks/packages.mjs';
import { resultOf } from '../tasks/results.mjs';
import { root } from '../tasks/runtime.mjs';
import { mutations } from './list/index.mjs';
import { mutated, suiteOf } from './mutation.mjs';
import { createResults } from './results.mjs';
import { createTree } from './tree.mjs';

/**
 * @typedef {import('./mutation.mjs').Mutation} Mutation
 * @typedef {'caught' | 'SURVIVED' | 'INVALID'} Verdict `INVALID`: the run says nothing of the test
 */

/** Copies of the sources; in each of them one test file runs at a time. */
const WORKERS = 2;
const PROGRAMS = { vitest: 'vitest/vitest.mjs', playwright: '@playwright/test/cli.js' };

const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, again: { type: 'boolean' } } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => endNow());

const startedMs = performance.now();
/** @type {import('./tree.mjs').Tree[]} */
const trees = [];

try {
	await ensurePackages();
	process.env.CHROMIUM_PATH = await ensureChromium();
	const results = createResults();
	const chosen = mutations.filter(({ name, file }) => `${name} ${file}`.includes(values.only));
	const left = sequenceOf(chosen.filter((mutation) => values.again || !results.isCaught(mutation)));
	console.log(`${chosen.length} mutations, ${chosen.length - left.length} of them caught before`);

	/** Why a test file fails without any mutation; undefined where it passes. @type {Map<string, string>} */
	const faults = new Map();
	await forEachOf(groups(left), async (tests, tree) => {
		const entries = await runOf(tests, tree);
		for (const test of tests) {
			const fault = faultOf(entries.filter(({ file }) => file === test));
			if (fault !== null) faults.set(test, fault);
		}
	});
	/** @type {Verdict[]} */
	const verdicts = [];
	await forEachOf(left, async (mutation, tree) => {
		const fault = faults.get(mutation.test);
		const verdict = await reported(mutation, () =>
			fault === undefined
				? judged(mutation, tree)
				: Promise.reject(new Error(`${mutation.test} fails without the mutation: ${fault}`))
		);
		verdicts.push(verdict);
		if (verdict === 'caught') results.add(mutation);
	});

	const count = (/** @type {Verdict} */ wanted) => verdicts.filter((verdict) => verdict === wanted).length;
	const caught = chosen.length - left.length + count('caught');
	const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
	console.log(`\n${caught} caught, ${count('SURVIVED')} survived, ${count('INVALID')} invalid, in ${minutes} minutes`);
	process.exitCode = caught === chosen.length ? 0 : 1;
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
} finally {
	for (const tree of trees) tree.remove();
}

/**
 * Works on the items in two copies of the sources at a time.
 * @template Item
 * @param {Iterable<Item>} items
 * @param {(item: Item, tree: import('./tree.mjs').Tree) => Promise<void>} work
 */
async function forEachOf(items, work) {
	const queue = [...items];
	const workers = Array.from({ length: Math.min(WORKERS, queue.length) }, async (_, index) => {
		const tree = (trees[index] ??= await createTree());
		for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item, tree);
	});
	await Promise.all(workers);
}

/**
 * What needs no build first, and the same test files together.
 * @param {Mutation[]} list
 */
function sequenceOf(list) {
	const rank = (/** @type {Mutation} */ { test }) => `${Number(suiteOf(test).needsBuild)} ${test}`;
	return [...list].sort((a, b) => rank(a).localeCompare(rank(b)));
}

/**
 * Prints what came of a mutation: a line, and what says so.
 * @param {Mutation} mutation
 * @param {() => Promise<{verdict: Verdict, because: string}>} judge an error makes the run invalid
 */
async function reported({ name }, judge) {
	const fromMs = performance.now();
	const { verdict, because } = await judge().catch((error) => ({
		verdict: /** @type {Verdict} */ ('INVALID'),
		because: error.message
	}));
	const seconds = ((performance.now() - fromMs) / 1000).toFixed(1);
	console.log(`${verdict.padEnd(8)}  ${name} (${seconds} s)\n          ${because}`);
	return verdict;
}

/**
 * @param {Mutation} mutation
 * @param {import('./tree.mjs').Tree} tree
 * @returns {Promise<{verdict: Verdict, because: string}>}
 * @throws {Error} when its test file did not run
 */
async function judged(mutation, tree) {
	const { file, test } = mutation;
	const change = (/** @type {string} */ text) => mutated(mutation, text);
	const entries = await tree.withChange(file, change, () => runOf([test], tree));
	// A set-up that fails says that the portal does not start, not that a test has noticed something.
	const failed = resultOf(entries, 0, test).failed.find((name) => !name.endsWith(': set-up'));
	if (failed !== undefined) return { verdict: 'caught', because: failed };
	const fault = faultOf(entries);
	if (fault !== null) throw new Error(`${test} did not run: ${fault}`);
	return { verdict: 'SURVIVED', because: test };
}

/**
 * The test files of some mutations, those together that one test runner can run at once.
 * @param {readonly Mutation[]} list
 */
function groups(list) {
	/** @type {Map<string, string[]>} */
	const files = new Map();
	for (const test of new Set(list.map(({ test }) => test))) {
		const key = JSON.stringify(suiteOf(test));
		files.set(key, [...(files.get(key) ?? []), test]);
	}
	return files.values();
}

/**
 * Runs test files of one group.
 * @param {readonly string[]} tests
 * @param {import('./tree.mjs').Tree} tree
 */
async function runOf(tests, tree) {
	const { partOf, needsBuild, runner, args } = suiteOf(tests[0] ?? '');
	if (needsBuild) await tree.build();
	// One failed test says enough.
	const [verb, bail] = runner === 'vitest' ? ['run', '--bail=1'] : ['test', '--max-failures=1'];
	const reporter = `--reporter=${join(root, 'tests', 'tasks', 'reporters', `${runner}.mjs`)}`;
	const env = { RUNTIME: 'node', FULL: partOf === 'full' ? 'all' : '' };
	return tree.test([PROGRAMS[runner], verb, bail, reporter, ...args, ...tests], env);
}

/**
 * Why a run of a test file does not count as passed; null where it does.
 * @param {import('../tasks/reporters/record.mjs').Entry[]} entries
 */
function faultOf(entries) {
	const { failed, passed } = resultOf(entries, 0, '');
	return failed[0] ?? (passed.length > 0 ? null : 'no test has passed');
}

function endNow() {
	killChildren();
	for (const tree of trees) tree.remove();
	process.exit(130);
}
