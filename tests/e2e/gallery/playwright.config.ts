import { defineConfig } from '@playwright/test';
import common from '../../../playwright.config.ts';

/** Every state of every page, from a build of its own that runs on Node. */
export default defineConfig(common, {
	testDir: '.',
	testIgnore: [],
	grepInvert: [],
	outputDir: '../../../test-results/gallery',
	snapshotPathTemplate: '{testDir}/../snapshots/{arg}{ext}'
});
