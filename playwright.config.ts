import { defineConfig, devices } from '@playwright/test';

const executablePath = process.env.CHROMIUM_PATH;
/** FULL: `only` the tests that are left out of `npm test`, or `all`. */
const choices = { core: { grepInvert: /@full/ }, only: { grep: /@full/ }, all: {} };
const wanted = process.env.FULL;

/** Journeys in a real browser against the real build; which one, RUNTIME says. */
export default defineConfig({
	testDir: 'tests/e2e',
	// The states of the pages, which are a suite of their own.
	testIgnore: '**/gallery/**',
	// What assistive technology gets is the same everywhere.
	snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
	outputDir: `test-results/${process.env.RUNTIME ?? 'node'}`,
	...choices[wanted === 'only' || wanted === 'all' ? wanted : 'core'],
	workers: 2,
	fullyParallel: false,
	forbidOnly: true,
	retries: 0,
	timeout: 30_000,
	expect: { timeout: 10_000 },
	use: {
		...devices['Desktop Chrome'],
		channel: '',
		locale: 'en-GB',
		// Only the journey in production shape speaks https, to a certificate made for it.
		ignoreHTTPSErrors: true,
		trace: 'retain-on-failure',
		launchOptions: {
			...(executablePath ? { executablePath } : {}),
			args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync']
		}
	}
});
