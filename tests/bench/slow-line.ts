import type { BrowserContext, Page } from '@playwright/test';

const KILOBIT = 1024 / 8;
/** The "slow 4G" profile of Lighthouse. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1638.4 * KILOBIT, uploadThroughput: 750 * KILOBIT };

/** Opens a page on a slow 4G line. */
export async function slowPage(context: BrowserContext): Promise<Page> {
	const page = await context.newPage();
	const devtools = await context.newCDPSession(page);
	await devtools.send('Network.enable');
	await devtools.send('Network.emulateNetworkConditions', SLOW_4G);
	return page;
}
