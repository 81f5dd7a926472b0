import { parseArgs } from 'node:util';
import { suites } from './suites.mjs';

const [STEPS = [], ...OTHERS] = suites.map(({ stages }) => stages.flat(2));
const FULL_STEPS = [...STEPS, ...OTHERS.flat()];
/** Steps that are not one run of one test runner take no arguments for it. */
const STEPS_WITHOUT_RUNNER = ['lint', 'check', 'more'];
const RUNTIMES = ['node', 'deno'];

export const usage = `Usage: npm test -- [options] [arguments for the test runner]

  --full            all steps; with --only, also the tests of these steps that are marked as full
  --only STEPS      comma-separated: ${FULL_STEPS.join(', ')}
  --runtime NAME    node or deno instead of both
  --ci              as .ci/run: installs missing packages, ends a suite at twice its budget, runs failures once more,
                    and fails for a skipped test
  --help            prints this text

Any other argument goes to the test runner of a single step (Playwright for e2e, production, gallery and keycloak;
Vitest for the others):
  npm run test:unit -- seal
  npm run test:e2e -- -g "signs in with a wallet" --runtime node`;

/**
 * Parses the arguments of `npm test`. Own options may stand anywhere before a `--`; everything else is for the runner.
 * @param {string[]} args
 * @returns {{
 *   help: boolean, full: boolean, marked: 'all' | undefined, ci: boolean, steps: string[], runtimes: string[], runnerArgs: string[]
 * }}
 * @throws {Error} an unknown step or runtime, or runner arguments for more than one step
 */
export function testArguments(args) {
	const separator = args.indexOf('--');
	const before = separator < 0 ? args : args.slice(0, separator);
	const { values, tokens } = parseArgs({
		args: before,
		options: {
			full: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
			ci: { type: 'boolean', default: false },
			only: { type: 'string' },
			runtime: { type: 'string' }
		},
		allowPositionals: true,
		// The runner's options are not known here.
		strict: false,
		tokens: true
	});
	const own = new Set(
		tokens.flatMap((token) => {
			if (token.kind !== 'option' || !['full', 'help', 'ci', 'only', 'runtime'].includes(token.name)) return [];
			return token.inlineValue === false ? [token.index, token.index + 1] : [token.index];
		})
	);
	const runnerArgs = [
		...before.filter((_, index) => !own.has(index)),
		...(separator < 0 ? [] : args.slice(separator + 1))
	];
	const full = values.full === true;
	const steps = namesOf('--only', values.only, FULL_STEPS) ?? (full ? FULL_STEPS : STEPS);
	const runtimes = namesOf('--runtime', values.runtime, RUNTIMES) ?? RUNTIMES;
	const runners = steps.filter((step) => !STEPS_WITHOUT_RUNNER.includes(step));
	if (runnerArgs.length > 0 && runners.length !== 1)
		throw new Error(
			`"${runnerArgs.join(' ')}" is for one test runner: choose its step, as in npm run test:unit -- seal`
		);
	const marked = full && values.only !== undefined ? 'all' : undefined;
	return { help: values.help === true, full, marked, ci: values.ci === true, steps, runtimes, runnerArgs };
}

/**
 * @param {string} option
 * @param {string | boolean | undefined} value
 * @param {string[]} known
 * @returns {string[] | undefined} undefined when the option is absent
 */
function namesOf(option, value, known) {
	if (value === undefined) return undefined;
	const names = typeof value === 'string' ? value.split(',') : [''];
	const unknown = names.find((name) => !known.includes(name));
	if (unknown !== undefined) throw new Error(`${option} "${unknown}" is unknown; use ${known.join(', ')}.`);
	return names;
}
