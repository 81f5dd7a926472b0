import { defineConfig } from '@playwright/test';
import common from '../../playwright.config.ts';

/** Pictures for people to look at; `npm run screenshots`. */
export default defineConfig(common, { testDir: '.', testIgnore: [], outputDir: '../../test-results/screenshots' });
