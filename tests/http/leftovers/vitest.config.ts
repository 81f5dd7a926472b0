import { defineConfig } from 'vitest/config';

/** A run that fails in its set-up, for `leftovers.test.ts`. */
export default defineConfig({
	test: {
		root: new URL('.', import.meta.url).pathname,
		include: ['endless-set-up.ts'],
		hookTimeout: 5000
	}
});
