import { defineConfig } from '@playwright/test';
import common from '../../playwright.config.ts';
import type { Options } from './support/journey.ts';

/** The real build as in production, in a real browser; which build, RUNTIME says. */
export default defineConfig<object, Options>(common, {
	testDir: '.',
	outputDir: `../../test-results/production-${process.env.RUNTIME ?? 'node'}`,
	timeout: 90_000,
	expect: { timeout: 30_000 },
	// A private authority is trusted; nothing else is.
	use: { ignoreHTTPSErrors: false },
	projects: [
		{ name: 'direct', testIgnore: '**/proxy.spec.ts' },
		{ name: 'http proxy', use: { egress: 'http proxy' } },
		{ name: 'https proxy', use: { egress: 'https proxy' } }
	]
});
