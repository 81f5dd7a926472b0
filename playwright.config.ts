import { defineConfig, devices } from '@playwright/test';

const executablePath = process.env.CHROMIUM_PATH;
const pictures = process.env.SCREENSHOTS === '1';
const full = process.env.FULL === '1';

/** Journeys in a real browser against the real build; which one, RUNTIME says. */
export default defineConfig({
	testDir: pictures ? 'tests/screenshots' : 'tests/e2e',
	// What assistive technology gets is the same everywhere.
	snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
	outputDir: `test-results/${process.env.RUNTIME ?? 'node'}`,
	...(full ? {} : { grepInvert: /@full/ }),
	// The gallery is one build, whatever the portal runs on.
	testIgnore: process.env.RUNTIME === 'deno' ? '**/gallery/**' : [],
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
