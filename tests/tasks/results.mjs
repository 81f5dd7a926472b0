/** What test runs came to: counts, and names for what people have to look at. */

/**
 * @typedef {object} Result
 * @property {string[]} passed names of tests
 * @property {string[]} failed names of tests, of set-ups and of whole runs
 * @property {string[]} flaky failed at first, and passed when run again
 * @property {string[]} skipped
 */

/** @returns {Result} */
export const nothing = () => ({ passed: [], failed: [], flaky: [], skipped: [] });

/**
 * @param {Result[]} results
 * @returns {Result}
 */
export function sum(results) {
	return {
		passed: results.flatMap(({ passed }) => passed),
		failed: results.flatMap(({ failed }) => failed),
		flaky: results.flatMap(({ flaky }) => flaky),
		skipped: results.flatMap(({ skipped }) => skipped)
	};
}

/**
 * Counts a recorded run.
 * @param {import('./reporters/record.mjs').Entry[]} entries
 * @param {number} code exit code of the test runner
 * @param {string} name of the run, for a failure without a failed test
 * @returns {Result}
 */
export function resultOf(entries, code, name) {
	const named = (/** @type {string} */ event) =>
		entries.filter((entry) => entry.event === event).map((entry) => entry.name);
	const ended = new Set(entries.filter(({ event }) => event !== 'begin').map((entry) => entry.name));
	// A run that was killed has tests that began and did not end.
	const unfinished = named('begin').filter((test) => !ended.has(test));
	const failed = [...named('failed'), ...unfinished.map((test) => `${test} (did not end)`)];
	return {
		passed: named('passed'),
		failed: failed.length === 0 && code !== 0 ? [`${name}: exit code ${code}`] : failed,
		flaky: [],
		skipped: named('skipped')
	};
}

/**
 * The result of a run whose failures were run once more.
 * @param {Result} first
 * @param {Result} again
 * @returns {Result}
 */
export function afterRetry(first, again) {
	return {
		passed: [...first.passed, ...again.passed.filter((name) => !first.passed.includes(name))],
		failed: again.failed,
		flaky: first.failed.filter((name) => !again.failed.includes(name)),
		skipped: first.skipped
	};
}

/**
 * The result of the same tests on several runtimes. What is for one runtime alone is skipped on the other; skipped is what
 * none of them has run.
 * @param {Result[]} runs
 * @returns {Result}
 */
export function onRuntimes(runs) {
	const [first = nothing(), ...others] = runs;
	const skipped = first.skipped.filter((name) => others.every((other) => other.skipped.includes(name)));
	return { ...sum(runs), skipped };
}
