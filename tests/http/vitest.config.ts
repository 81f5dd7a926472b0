import { defineConfig } from 'vitest/config';

const full = '**/*.full.test.ts';
/** FULL: `only` the tests that are left out of `npm test`, or `all`. */
const choices = {
	core: { include: ['tests/http/**/*.test.ts'], exclude: [full] },
	only: { include: [full] },
	all: { include: ['tests/http/**/*.test.ts'] }
};
const wanted = process.env.FULL;

/** The real build over HTTP; which one, RUNTIME says. */
export default defineConfig({
	test: {
		root: new URL('../..', import.meta.url).pathname,
		...choices[wanted === 'only' || wanted === 'all' ? wanted : 'core'],
		// Each file starts processes of its own.
		maxWorkers: 4,
		// Files of one worker share its modules: loading the STS takes longer than many a file's tests.
		isolate: false,
		testTimeout: 20_000,
		// On a busy machine a line of the log, for example, arrives later than after the default of a second.
		expect: { poll: { timeout: 10_000 } },
		hookTimeout: 40_000
	}
});
