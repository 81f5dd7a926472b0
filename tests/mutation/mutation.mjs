/**
 * A small fault, made in one place of `src`, and the test that has to notice it.
 * @typedef {object} Mutation
 * @property {string} name what is broken then, unique
 * @property {string} file
 * @property {string} find text that is in the file exactly once
 * @property {string} replace
 * @property {string} test the test file that fails then
 */

/**
 * How a test file is run.
 * @typedef {object} Suite
 * @property {'core' | 'full'} partOf `core`: `npm test` runs it; `full`: only `.ci/run` does
 * @property {boolean} needsBuild
 * @property {'vitest' | 'playwright'} runner
 * @property {string[]} args
 */

/** @type {readonly (readonly [RegExp, Suite])[]} */
const SUITES = [
	[/^tests\/(?:unit|sandbox)\/.*\.test\.ts$/, { partOf: 'core', needsBuild: false, runner: 'vitest', args: [] }],
	[/^tests\/http\/.*\.full\.test\.ts$/, http('full')],
	[/^tests\/http\/.*\.test\.ts$/, http('core')],
	[/^tests\/e2e\/[\w-]+\.spec\.ts$/, { partOf: 'core', needsBuild: true, runner: 'playwright', args: [] }]
];

/** @param {'core' | 'full'} partOf @returns {Suite} */
function http(partOf) {
	return { partOf, needsBuild: true, runner: 'vitest', args: ['--config', 'tests/http/vitest.config.ts'] };
}

/**
 * @param {string} file
 * @throws {Error} for what is no unit, HTTP or browser test
 */
export function suiteOf(file) {
	const suite = SUITES.find(([pattern]) => pattern.test(file))?.[1];
	if (!suite) throw new Error(`${file} is no unit, HTTP or browser test.`);
	return suite;
}

/**
 * The text of a file with the fault in it.
 * @param {Mutation} mutation
 * @param {string} text
 * @throws {Error} unless the text to find is there exactly once
 */
export function mutated({ name, file, find, replace }, text) {
	const [before, after, ...others] = text.split(find);
	if (before === undefined || after === undefined || others.length > 0)
		throw new Error(`"${name}": ${file} has the text to replace ${others.length + 1} times, not once: ${find}`);
	return before + replace + after;
}
