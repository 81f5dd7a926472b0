import { defineConfig } from 'vitest/config';

/**
 * Wallets that others wrote, and clients that others' generators make, with the real build. RUNTIME selects the build,
 * IRMAGO_WALLET and OPENAPI_PYTHON_CLIENT name programs.
 */
export default defineConfig({
	test: {
		root: new URL('../..', import.meta.url).pathname,
		include: ['tests/interop/**/*.test.ts'],
		globalSetup: 'tests/interop/table-writer.ts',
		maxWorkers: 1,
		testTimeout: 60_000,
		hookTimeout: 60_000
	}
});
