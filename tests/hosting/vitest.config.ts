import { defineConfig } from 'vitest/config';

/** The files of docs/hosting, run or checked by the programs that they are for; RUNTIME selects the build. */
export default defineConfig({
	test: {
		root: new URL('../..', import.meta.url).pathname,
		include: ['tests/hosting/**/*.test.ts'],
		maxWorkers: 2,
		testTimeout: 30_000,
		hookTimeout: 60_000
	}
});
