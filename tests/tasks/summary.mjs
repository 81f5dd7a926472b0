/**
 * @typedef {import('./results.mjs').Result & {name: string, minutes: number, ms: number}} SuiteResult
 */

/**
 * The table of suites, names of what failed, was flaky and was skipped, and a last line of counts.
 * @param {SuiteResult[]} suites
 * @param {string[]} notes parts that could not run
 * @returns {string}
 */
export function summary(suites, notes) {
	const passed = suites.flatMap((suite) => suite.passed);
	const failed = suites.flatMap((suite) => suite.failed);
	return [
		table(suites),
		...list('Failed', failed),
		...list(
			'Flaky: failed, then passed when run again; to be fixed',
			suites.flatMap(({ flaky }) => flaky)
		),
		...list('Skipped', [...notes, ...suites.flatMap(({ skipped }) => skipped)]),
		`${passed.length} passed, ${failed.length} failed`
	].join('\n\n');
}

/** @type {(title: string, names: string[]) => string[]} */
const list = (title, names) => (names.length === 0 ? [] : [[`${title}:`, ...names].join('\n  ')]);

/** @param {SuiteResult[]} suites */
function table(suites) {
	const rows = suites.map(({ name, passed, failed, ms, minutes }) => [
		name,
		String(passed.length),
		String(failed.length),
		clock(ms),
		clock(minutes * 60_000),
		...(ms > minutes * 60_000 ? ['exceeded'] : [])
	]);
	return [['Suite', 'Passed', 'Failed', 'Time', 'Budget'], ...rows]
		.map(([name = '', ...cells]) => [name.padEnd(12), ...cells.map((cell) => cell.padStart(10))].join(''))
		.join('\n');
}

/**
 * Minutes and seconds.
 * @param {number} ms
 */
function clock(ms) {
	const seconds = Math.round(ms / 1000);
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
