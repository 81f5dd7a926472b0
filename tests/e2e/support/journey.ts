import { type BrowserContext, type BrowserContextOptions, test as base } from '@playwright/test';
import { type Landscape, type LandscapeOptions, startLandscape } from '../../harness/landscape.ts';
import { runtime } from '../../harness/runtime.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { watchContext } from './watch.ts';
import { WalletSignIn } from './wallet-sign-in.ts';

export type Dialect = NonNullable<LandscapeOptions['dialect']>;
export const dialects: readonly Dialect[] = ['field', 'doc'];

type Shape = Pick<LandscapeOptions, 'dialect' | 'tls' | 'env'>;

interface JourneyOptions {
	/** Of the Auth Bridge. */
	dialect: Dialect;
	/** Production shape: https in front. */
	tls: boolean;
	/** The portal's variables beside the usual ones. */
	env: NonNullable<LandscapeOptions['env']>;
	/** Whether a page's own requests fail on purpose in this journey; Chromium reports each in its console. */
	expectsFaults: boolean;
}

interface JourneyFixtures {
	landscape: Landscape;
	/** As new: no scenario, no session, no new link. */
	sandbox: Sandbox;
	/** Another browser of another person, watched as the first one is. */
	openBrowser: (options?: BrowserContextOptions) => Promise<BrowserContext>;
	/** The wallet's way in, for the first page. */
	wallet: WalletSignIn;
}

interface WorkerFixtures {
	landscapeOf: (shape: Shape) => Promise<Landscape>;
}

/** `test` with a landscape of its own per worker, and an eye on the console and on what pages request. */
export const test = base.extend<JourneyOptions & JourneyFixtures, WorkerFixtures>({
	dialect: ['field', { option: true }],
	tls: [false, { option: true }],
	env: [{}, { option: true }],
	expectsFaults: [false, { option: true }],

	landscapeOf: [
		async ({}, use) => {
			const started = new Map<string, Promise<Landscape>>();
			await use((shape) => {
				const key = JSON.stringify(shape);
				const landscape = started.get(key) ?? startLandscape({ runtime, ...shape });
				started.set(key, landscape);
				return landscape;
			});
			await Promise.all([...started.values()].map(async (landscape) => (await landscape).stop()));
		},
		{ scope: 'worker' }
	],
	landscape: [
		async ({ landscapeOf, dialect, tls, env }, use) => {
			// The Bridge as described makes no session without a query.
			const query = dialect === 'doc' ? { WALLET_QUERY_ID: 'eduid' } : {};
			await use(await landscapeOf({ dialect, tls, env: { ...query, ...env } }));
		},
		{ timeout: 60_000 }
	],
	sandbox: [
		async ({ landscape: { sandbox } }, use) => {
			sandbox.reset();
			await use(sandbox);
		},
		{ auto: true }
	],
	baseURL: async ({ landscape }, use) => use(landscape.url),

	context: async ({ context, landscape, expectsFaults }, use) => {
		const { expectNothingOdd } = watchContext(context, landscape.url, expectsFaults);
		await use(context);
		expectNothingOdd();
	},
	openBrowser: async ({ browser, contextOptions, landscape, expectsFaults }, use) => {
		const opened: { context: BrowserContext; expectNothingOdd: () => void }[] = [];
		await use(async (options) => {
			const context = await browser.newContext({ ...contextOptions, baseURL: landscape.url, ...options });
			opened.push({ context, ...watchContext(context, landscape.url, expectsFaults) });
			return context;
		});
		for (const { context, expectNothingOdd } of opened) {
			await context.close();
			expectNothingOdd();
		}
	},
	wallet: async ({ page, sandbox, javaScriptEnabled }, use) => use(new WalletSignIn(page, sandbox, javaScriptEnabled))
});
