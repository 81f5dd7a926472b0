import { defineConfig } from '@playwright/test';
import common from '../../playwright.config.ts';

/** The real build with a real Keycloak, which `npm run test:keycloak` starts; which build, RUNTIME says. */
export default defineConfig(common, {
	testDir: '.',
	outputDir: `../../test-results/keycloak-${process.env.RUNTIME ?? 'node'}`,
	// One realm and one portal for all.
	workers: 1
});
