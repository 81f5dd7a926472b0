/**
 * `npm test`: everything the core needs on both runtimes. Ends with `N passed, N failed`. `--help` lists the options.
 */
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { withinBudget } from './budget.mjs';
import { killChildren } from './children.mjs';
import { ensurePackages } from './packages.mjs';
import { sum } from './results.mjs';
import { runCheck } from './runners.mjs';
import { programCommand } from './runtime.mjs';
import { steps } from './steps.mjs';
import { suites } from './suites.mjs';
import { summary } from './summary.mjs';
import { ensureSystemPackages, installCommand, missingPrograms } from './system-packages.mjs';
import { testArguments, usage } from './test-arguments.mjs';

const parsed = parseOrExit();
/** @type {string[]} parts that can't run here */
const notes = [];
const choice = { ...parsed, skip: (/** @type {string} */ line) => notes.push(line) };
// The seed of all property-based tests makes failures reproducible.
process.env.FAST_CHECK_SEED ??= String(randomInt(2 ** 31));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => endNow());

const results = [];
try {
	await prepare();
	for (const suite of suites) {
		const wanted = suite.stages.map((stage) =>
			stage.map((column) => column.filter((step) => parsed.steps.includes(step)))
		);
		if (wanted.flat(2).length === 0) continue;
		const result = await withinBudget(suite, parsed.ci, (isOver) => runStages(wanted, isOver));
		results.push({ ...suite, ...result, ...(parsed.ci && withoutSkipped(result)) });
	}
} catch (error) {
	results.push({ name: 'preparation', minutes: 0, ms: 0, passed: [], failed: [error.message], flaky: [], skipped: [] });
}
console.log(`\nfast-check seed: ${process.env.FAST_CHECK_SEED}\n\n${summary(results, notes)}`);
process.exit(results.every(({ failed }) => failed.length === 0) ? 0 : 1);

function parseOrExit() {
	try {
		const found = testArguments(process.argv.slice(2));
		if (!found.help) return found;
		console.log(usage);
		process.exit(0);
	} catch (error) {
		console.error(`${error.message}\n\n${usage}`);
		process.exit(2);
	}
}

async function prepare() {
	if (parsed.ci) ensureSystemPackages(parsed.steps);
	const missing = missingPrograms(parsed.steps);
	if (missing.length > 0)
		choice.skip(`tests that need ${missing.map(({ program }) => program).join(', ')}: ${installCommand(missing)}`);
	await ensurePackages();
	// `svelte-kit sync` writes the TypeScript settings; a fresh clone has none.
	await runCheck('svelte-kit sync', programCommand('svelte-kit', ['sync']));
}

async function runStages(stages, isOver) {
	const all = [];
	for (const columns of stages) {
		await Promise.all(
			columns.map(async (column) => {
				for (const name of column) if (!isOver()) all.push(await runStep(name, isOver));
			})
		);
	}
	return sum(all);
}

async function runStep(name, isOver) {
	console.log(`\n── ${name}`);
	const startedMs = performance.now();
	const result = await steps[name]({ ...choice, isOver });
	console.log(`── ${name}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
	return result;
}

/** On CI nothing is missing, so every test runs. */
function withoutSkipped({ failed, skipped }) {
	return { failed: [...failed, ...skipped.map((name) => `${name} (skipped)`)], skipped: [] };
}

function endNow() {
	killChildren();
	process.exit(130);
}
