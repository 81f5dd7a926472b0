import { defineConfig } from 'vitest/config';

const full = process.env.FULL === '1';

/** The real build over HTTP; which one, RUNTIME says. */
export default defineConfig({
	test: {
		root: new URL('../..', import.meta.url).pathname,
		include: ['tests/http/**/*.test.ts'],
		exclude: full ? [] : ['**/*.full.test.ts'],
		// Each file starts processes of its own.
		maxWorkers: 2,
		testTimeout: 20_000,
		hookTimeout: 40_000
	}
});
