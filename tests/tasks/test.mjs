/**
 * `npm test`: everything the core needs on both runtimes. Ends with `N passed, N failed`. `--help` lists the options.
 */
import process from 'node:process';
import { ensureBuilt, ensureGalleryBuilt } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { startKeycloak } from './keycloak.mjs';
import { ensurePackages } from './packages.mjs';
import { programCommand } from './runtime.mjs';
import { runPlaywright, runStep, runVitest } from './runners.mjs';
import { ensureSchemathesis } from './schemathesis.mjs';
import { testArguments, usage } from './test-arguments.mjs';

const { full, steps, runtimes, runnerArgs } = parseOrExit();
const environment = full ? { FULL: '1' } : {};
const total = { passed: 0, failed: 0 };

try {
	await main();
} catch (error) {
	console.error(error.message);
	total.failed += 1;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

function parseOrExit() {
	try {
		const parsed = testArguments(process.argv.slice(2));
		if (!parsed.help) return parsed;
		console.log(usage);
		process.exit(0);
	} catch (error) {
		console.error(`${error.message}\n\n${usage}`);
		process.exit(2);
	}
}

async function main() {
	await ensurePackages();
	// The compiler's settings are Kit's to write; in a fresh clone nobody has asked it yet.
	await runStep(programCommand('svelte-kit', ['sync']));
	// Side by side: one reads the source on one core, the other has what is left.
	await Promise.all([readSource(), step('unit', () => runVitest('unit', runnerArgs, environment))]);
	if (!steps.some((name) => ['http', 'robustness', 'e2e', 'keycloak'].includes(name))) return;

	await ensureBuilt(runtimes);
	for (const runtime of runtimes) {
		const env = { ...environment, RUNTIME: runtime };
		const config = ['--config', 'tests/http/vitest.config.ts'];
		await step('http', () => runVitest(`http-${runtime}`, [...config, ...runnerArgs], env), runtime);
	}
	if (steps.includes('robustness')) await withstand();
	if (!steps.includes('e2e') && !steps.includes('keycloak')) return;
	if (full && steps.includes('e2e')) await ensureGalleryBuilt();
	const chromium = { CHROMIUM_PATH: await ensureChromium() };
	for (const runtime of runtimes) {
		const env = { ...environment, ...chromium, RUNTIME: runtime };
		await step('e2e', () => runPlaywright(`e2e-${runtime}`, runnerArgs, env), runtime);
	}
	if (steps.includes('keycloak')) await withKeycloak({ ...environment, ...chromium });
}

async function readSource() {
	await step('lint', () => runStep(programCommand('prettier', ['--check', '.'])));
	await step('lint', () => runStep(programCommand('eslint', ['--max-warnings=0', '.'])));
	await step('check', () => runStep(programCommand('svelte-check', ['--fail-on-warnings'])));
}

async function withstand() {
	const schemathesis = ensureSchemathesis();
	const config = ['--config', 'tests/robustness/vitest.config.ts'];
	for (const runtime of runtimes) {
		const env = { ...environment, RUNTIME: runtime, ...(schemathesis && { SCHEMATHESIS: schemathesis }) };
		await step('robustness', () => runVitest(`robustness-${runtime}`, [...config, ...runnerArgs], env), runtime);
	}
}

/** One Keycloak for both runtimes: its start takes longer than the tests. */
async function withKeycloak(env) {
	const keycloak = await startKeycloak();
	if (!keycloak) return;
	const config = ['--config', 'tests/keycloak/playwright.config.ts'];
	try {
		for (const runtime of runtimes) {
			const all = { ...env, ...keycloak.env, RUNTIME: runtime };
			await step('keycloak', () => runPlaywright(`keycloak-${runtime}`, [...config, ...runnerArgs], all), runtime);
		}
	} finally {
		await keycloak.stop();
	}
}

async function step(name, work, runtime = '') {
	if (!steps.includes(name)) return;
	console.log(`\n── ${name} ${runtime}`.trimEnd());
	const startedMs = Date.now();
	const { passed, failed } = await work();
	total.passed += passed;
	total.failed += failed;
	console.log(`── ${name} ${runtime}: ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
}
