/** How the steps of the suites run. */
import { ensureBuilt, ensureGalleryBuilt } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { otherBrowsers } from './other-browsers.mjs';
import { ensureIrmago } from './irmago.mjs';
import { startKeycloak } from './keycloak.mjs';
import { otherNodes } from './node-versions.mjs';
import { ensurePythonProgram, ensureValkey } from './python-programs.mjs';
import { nothing, onRuntimes, sum } from './results.mjs';
import { runCheck, runPlaywright, runVitest } from './runners.mjs';
import { programCommand } from './runtime.mjs';

/**
 * @typedef {object} Choice what this run of the tests is about
 * @property {boolean} full
 * @property {'all' | undefined} marked `all`: tests that are marked as full run with the others of their step
 * @property {boolean} ci
 * @property {('node' | 'deno')[]} runtimes
 * @property {string[]} runnerArgs
 * @property {() => boolean} isOver the suite has used up its time: nothing more is started
 * @property {(line: string) => void} skip notes a part that can't run here, by name
 * @typedef {import('./results.mjs').Result} Result
 * @typedef {(choice: Choice) => Promise<Result>} Step
 */

/** @type {Readonly<Record<string, Step>>} */
export const steps = {
	lint: async ({ full }) => {
		const linted = full ? '.' : 'src';
		return sum([
			await runCheck('prettier', programCommand('prettier', ['--check', '.'])),
			await runCheck('eslint', programCommand('eslint', ['--max-warnings=0', linted]))
		]);
	},
	check: () => runCheck('svelte-check', programCommand('svelte-check', ['--fail-on-warnings'])),
	unit: (choice) =>
		runVitest({
			...runOf(choice),
			name: 'unit',
			args: choice.runnerArgs,
			env: choice.full ? { RACE_RUNS: '1000', ...ensureValkey(choice) } : {}
		}),
	http: (choice) => http(choice, choice.marked),
	e2e: (choice) => e2e(choice, choice.marked),
	more: async (choice) => sum([await http(choice, 'only'), await e2e(choice, 'only')]),
	production: (choice) => inBrowser('production', choice, 'tests/production/playwright.config.ts'),
	robustness: (choice) => {
		const schemathesis = ensurePythonProgram('schemathesis', choice);
		const env = schemathesis === null ? {} : { SCHEMATHESIS: schemathesis };
		return withVitest('robustness', choice, 'tests/robustness/vitest.config.ts', env);
	},
	gallery: async (choice) => {
		await ensureGalleryBuilt();
		const args = ['--config', 'tests/e2e/gallery/playwright.config.ts', ...choice.runnerArgs];
		return runPlaywright({ ...runOf(choice), name: 'gallery', args, env: { CHROMIUM_PATH: await ensureChromium() } });
	},
	browsers: (choice) => withVitest('browsers', choice, 'tests/browsers/vitest.config.ts', otherBrowsers()),
	hosting: (choice) => {
		const validator = ensurePythonProgram('kubernetes-validate', choice);
		const env = validator === null ? {} : { KUBERNETES_VALIDATE: validator };
		return withVitest('hosting', choice, 'tests/hosting/vitest.config.ts', env);
	},
	interop: async (choice) => {
		const irmago = await ensureIrmago(choice.skip);
		const generator = ensurePythonProgram('openapi-python-client', choice);
		const env = {
			...(irmago !== null && { IRMAGO_WALLET: irmago }),
			...(generator !== null && { OPENAPI_PYTHON_CLIENT: generator })
		};
		return withVitest('interop', choice, 'tests/interop/vitest.config.ts', env);
	},
	keycloak: async (choice) => {
		const keycloak = await startKeycloak(choice.skip);
		if (keycloak === null) return nothing();
		try {
			// One for both runtimes: its start takes longer than the tests.
			return await inBrowser('keycloak', choice, 'tests/keycloak/playwright.config.ts', keycloak.env);
		} finally {
			await keycloak.stop();
		}
	}
};

/** Steps that use two cores by themselves, or that run beside another one: their runs on the two runtimes take turns. */
const TAKES_TURNS = new Set(['http', 'e2e', 'e2e-full', 'production']);

/** @typedef {Omit<import('./runners.mjs').RunOptions, 'args'>} Run on one runtime */

/** @param {Choice} choice */
const runOf = ({ ci, isOver }) => ({ mayRetry: () => ci && !isOver() });

/** @type {(choice: Choice, full: 'only' | 'all' | undefined) => Promise<Result>} */
function http(choice, full) {
	const env = full && { FULL: full, ...ensureValkey(choice), ...otherNodes(choice) };
	return withVitest(full === 'only' ? 'http-full' : 'http', choice, 'tests/http/vitest.config.ts', env);
}
/** @type {(choice: Choice, full: 'only' | 'all' | undefined) => Promise<Result>} */
const e2e = (choice, full) =>
	inBrowser(full === 'only' ? 'e2e-full' : 'e2e', choice, 'playwright.config.ts', full && { FULL: full });

/** @type {(name: string, choice: Choice, config: string, env?: Record<string, string>) => Promise<Result>} */
function withVitest(name, choice, config, env = {}) {
	const args = ['--config', config, ...choice.runnerArgs];
	return onEachRuntime(choice, name, env, (run) => runVitest({ ...run, args }));
}

/** @type {(name: string, choice: Choice, config: string, env?: Record<string, string>) => Promise<Result>} */
async function inBrowser(name, choice, config, env = {}) {
	const args = ['--config', config, ...choice.runnerArgs];
	const withBrowser = { ...env, CHROMIUM_PATH: await ensureChromium() };
	return onEachRuntime(choice, name, withBrowser, (run) => runPlaywright({ ...run, args }));
}

/**
 * Side by side, since one run alone does not use two cores; see TAKES_TURNS.
 * @type {(choice: Choice, name: string, env: Record<string, string>, run: (run: Run) => Promise<Result>) => Promise<Result>}
 */
async function onEachRuntime(choice, name, env, run) {
	await ensureBuilt(choice.runtimes);
	const runOn = (/** @type {string} */ runtime) => {
		console.log(`\n── ${name} on ${runtime}`);
		return run({ ...runOf(choice), name: `${name}-${runtime}`, env: { ...env, RUNTIME: runtime } });
	};
	if (!TAKES_TURNS.has(name)) return onRuntimes(await Promise.all(choice.runtimes.map(runOn)));
	const results = [];
	for (const runtime of choice.runtimes) if (!choice.isOver()) results.push(await runOn(runtime));
	return onRuntimes(results);
}
