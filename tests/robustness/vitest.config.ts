import { defineConfig } from 'vitest/config';

/** What the real build withstands; which one, RUNTIME says. One file after the other: each has the machine for itself. */
export default defineConfig({
	test: {
		root: new URL('../..', import.meta.url).pathname,
		include: ['tests/robustness/**/*.test.ts'],
		maxWorkers: 1,
		testTimeout: 30_000,
		hookTimeout: 60_000
	}
});
