import { writeFile } from 'node:fs/promises';
import { test as base } from '@playwright/test';
import { WalletSignIn } from '../../e2e/support/wallet-sign-in.ts';
import { watchContext } from '../../e2e/support/watch.ts';
import { runtime } from '../../harness/runtime.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { type Egress, type ProductionLandscape, startProductionLandscape } from './landscape.ts';

interface Fixtures {
	/** As new: no scenario, no session, no new link. */
	sandbox: Sandbox;
	wallet: WalletSignIn;
}

export interface Options {
	egress: Egress;
}

interface WorkerFixtures {
	landscape: ProductionLandscape;
}

/** `test` with a landscape in production shape per worker, and Chromium set up for it. */
export const test = base.extend<Fixtures, Options & WorkerFixtures>({
	egress: ['direct', { scope: 'worker', option: true }],
	landscape: [
		async ({ egress }, use) => {
			const landscape = await startProductionLandscape(runtime, egress);
			await use(landscape);
			await landscape.stop();
		},
		{ scope: 'worker', timeout: 180_000 }
	],
	launchOptions: [
		async ({ launchOptions, landscape }, use) =>
			use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...landscape.browserArguments] }),
		{ scope: 'worker' }
	],
	baseURL: async ({ landscape }, use) => use(landscape.url),
	context: async ({ context, landscape }, use) => {
		const { expectNothingOdd } = watchContext(context, landscape.url, false);
		await use(context);
		expectNothingOdd();
	},
	sandbox: [
		async ({ landscape: { sandbox, portal, nginx } }, use, testInfo) => {
			sandbox.reset();
			await use(sandbox);
			if (testInfo.status === testInfo.expectedStatus) return;
			await writeFile(testInfo.outputPath('portal.log'), portal.logs());
			await writeFile(testInfo.outputPath('nginx.log'), nginx.errors());
		},
		{ auto: true }
	],
	wallet: async ({ page, sandbox }, use) => use(new WalletSignIn(page, sandbox, true))
});
