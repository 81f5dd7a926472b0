import { test as base } from '@playwright/test';
import { startPortal } from '../../harness/portal.ts';
import { bareEnvironment } from '../../http/support/bare-environment.ts';
import { watchContext } from './watch.ts';

interface WorkerFixtures {
	galleryUrl: string;
}

/** `test` with the state gallery as its site, and an eye on the console. */
export const test = base.extend<object, WorkerFixtures>({
	galleryUrl: [
		async ({}, use) => {
			const portal = await startPortal({ runtime: 'gallery', env: bareEnvironment });
			await use(portal.url);
			await portal.stop();
		},
		{ scope: 'worker', timeout: 60_000 }
	],
	baseURL: async ({ galleryUrl }, use) => use(galleryUrl),
	context: async ({ context, galleryUrl }, use) => {
		const { expectNothingOdd } = watchContext(context, galleryUrl, false);
		await use(context);
		expectNothingOdd();
	}
});
