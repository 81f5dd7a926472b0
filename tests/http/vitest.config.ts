import { defineConfig } from 'vitest/config';

const full = '**/*.full.test.ts';
/** FULL: `only` the tests that `npm test` leaves out, or `all`. */
const choices = {
	core: { include: ['tests/http/**/*.test.ts'], exclude: [full] },
	only: { include: [full] },
	all: { include: ['tests/http/**/*.test.ts'] }
};
const wanted = process.env.FULL;

/** Tests of the real build over HTTP; RUNTIME selects the build. */
export default defineConfig({
	test: {
		root: new URL('../..', import.meta.url).pathname,
		...choices[wanted === 'only' || wanted === 'all' ? wanted : 'core'],
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
