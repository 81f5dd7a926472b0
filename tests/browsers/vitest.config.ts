import { defineConfig } from 'vitest/config';

/** The main journeys in other engines than Chromium, with the real build; RUNTIME selects the build. */
export default defineConfig({
	test: {
		root: new URL('../..', import.meta.url).pathname,
		include: ['tests/browsers/**/*.test.ts'],
		// One per engine.
		maxWorkers: 2,
		testTimeout: 180_000,
		hookTimeout: 120_000
	}
});
