import { defineConfig } from 'vitest/config';

const full = '**/*.full.test.ts';
/**
 * What these files test is the application's own code, far from what differs between the runtimes: the entry, connections, streams,
 * cryptography and the stores. `npm test` runs them on Node, the full set on both.
 */
export const applicationFiles = [
	'admin',
	'api-client-sessions',
	'dc-api',
	'guards',
	'help-codes',
	'hidden-actions',
	'institution-search',
	'javascript-size',
	'linked-wallets',
	'new-code',
	'no-gallery',
	'openapi',
	'page-views',
	'return-path',
	'session-list',
	'sign-in-limits',
	'statement',
	'step-up',
	'technical-values',
	'token-exchange',
	'wallet-creation',
	'wallet-return'
].map((name) => `tests/http/${name}.test.ts`);
const leftOut = process.env.RUNTIME === 'deno' ? applicationFiles : [];

/** FULL: `only` the tests that `npm test` leaves out, or `all`. */
const choices = {
	core: { include: ['tests/http/**/*.test.ts'], exclude: [full, ...leftOut] },
	only: { include: [full, ...leftOut] },
	all: { include: ['tests/http/**/*.test.ts'] }
};
const wanted = process.env.FULL;

/** Tests of the real build over HTTP; RUNTIME selects the build. */
export default defineConfig({
	test: {
		root: new URL('../..', import.meta.url).pathname,
		...choices[wanted === 'only' || wanted === 'all' ? wanted : 'core'],
		globalSetup: 'tests/http/build-check.mjs',
		// Each file starts its own processes.
		maxWorkers: 4,
		// Files of one worker share modules: loading the STS takes longer than the tests of many files.
		isolate: false,
		testTimeout: 20_000,
		// On a busy machine a log line, for example, may take longer than the default of a second.
		expect: { poll: { timeout: 10_000 } },
		hookTimeout: 40_000
	}
});
