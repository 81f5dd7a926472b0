import { defineConfig, devices } from '@playwright/test';

const executablePath = process.env.CHROMIUM_PATH;
const runtime = process.env.RUNTIME ?? 'node';

/**
 * What these files test happens in the browser, with the same bytes from both builds: `npm test` runs them on Node, the full set on
 * both.
 */
export const browserFiles = [
	'accessibility',
	'announcements',
	'browser-wallet',
	'cookies-off',
	'foreign-responses',
	'help-code',
	'identity-announcements',
	'institution-search',
	'institution-search-faults',
	'institution-search-large',
	'keyboard',
	'language',
	'layout-shift',
	'live',
	'look-alike-cookies',
	'lost-modules',
	'oldest-browsers',
	'page-basics',
	'presentation-faults',
	'qr-code',
	'scan-screen',
	'session-end',
	'session-warning',
	'shared-computer',
	'spoken',
	'sign-in-methods',
	'start-again',
	'stopping',
	'success',
	'this-device',
	'time',
	'translation'
].map((name) => `**/${name}.spec.ts`);
// The states of the pages are a suite of their own.
const gallery = '**/gallery/**';
const leftOut = runtime === 'deno' ? browserFiles : [];

/** FULL: `only` the tests that are left out of `npm test`, or `all`. */
const choices = {
	core: { testIgnore: [gallery, ...leftOut], grepInvert: /@full/ },
	only: {
		projects: [
			{ name: 'marked', testIgnore: [gallery, ...leftOut], grep: /@full/ },
			...(leftOut.length > 0 ? [{ name: 'browser', testMatch: leftOut, testIgnore: gallery }] : [])
		]
	},
	all: { testIgnore: gallery }
};
const wanted = process.env.FULL;

/** Journeys in a real browser against the real build that RUNTIME selects. */
export default defineConfig({
	testDir: 'tests/e2e',
	// What assistive technology gets is the same everywhere.
	snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
	outputDir: `test-results/${runtime}`,
	...choices[wanted === 'only' || wanted === 'all' ? wanted : 'core'],
	workers: 3,
	fullyParallel: false,
	forbidOnly: true,
	retries: 0,
	// A busy machine takes several times as long as an idle one.
	timeout: 60_000,
	expect: { timeout: 10_000 },
	use: {
		...devices['Desktop Chrome'],
		channel: '',
		locale: 'en-GB',
		// Only the journey in production shape speaks https, to a certificate made for it.
		ignoreHTTPSErrors: true,
		launchOptions: {
			...(executablePath ? { executablePath } : {}),
			args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync']
		}
	}
});
