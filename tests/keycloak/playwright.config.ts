import { defineConfig } from '@playwright/test';
import common from '../../playwright.config.ts';

const runtime = process.env.RUNTIME ?? 'node';

/** The real build with a real Keycloak, which `npm run test:keycloak` starts; which build, RUNTIME says. */
export default defineConfig(common, {
	testDir: '.',
	outputDir: `../../test-results/keycloak-${runtime}`,
	// The commands of the guide are the same for both builds, and take longer than most of the other tests.
	testIgnore: runtime === 'deno' ? ['guide.spec.ts'] : [],
	// One realm and one portal for all.
	workers: 1
});
