import { type Browser, chromium } from '@playwright/test';
import { texts } from '../../src/lib/i18n/index.ts';
import { readCode } from '../e2e/support/read-code.ts';
import { ensureChromium } from '../tasks/chromium.mjs';
import { startBenchPortal } from './bench-portal.ts';
import type { Measure } from './figure.ts';
import { slowPage } from './slow-line.ts';
import { spreadOf } from './statistics.ts';

const RUNS = 7;
const t = texts('en');

/**
 * The time from the click on "Sign in with your wallet" to the QR code on the screen, on a slow 4G line, each time in a new browser
 * context that has only opened `/login`. The fake Auth Bridge responds at once. After the measurement, the code is decoded and checked.
 */
export const measureQrCode: Measure = async (runtime) => {
	const { portal, stop } = await startBenchPortal(runtime);
	const browser = await chromium.launch({ executablePath: await ensureChromium(), args: ['--no-sandbox'] });
	try {
		const timesMs: number[] = [];
		for (let run = 0; run < RUNS; run++) timesMs.push(await timeToCode(browser, portal.url));
		return [
			{ what: `click to QR code, median of ${RUNS}`, ...spreadOf(timesMs), unit: 'ms', target: { atMost: 1000 } }
		];
	} finally {
		await browser.close();
		await stop();
	}
};

async function timeToCode(browser: Browser, url: string): Promise<number> {
	const context = await browser.newContext({ locale: 'en-GB' });
	const page = await slowPage(context);
	await page.goto(`${url}/login`, { waitUntil: 'networkidle' });
	const code = page.getByRole('img', { name: t.wallet.scan.qrName });
	const clickedMs = performance.now();
	await page.getByRole('button', { name: t.login.wallet.button }).click();
	await code.waitFor();
	const tookMs = performance.now() - clickedMs;
	const link = await page.getByRole('link', { name: t.wallet.scan.open }).getAttribute('href');
	if ((await readCode(page, await code.screenshot())) !== link) throw new Error('The code is not that of the link.');
	await context.close();
	return tookMs;
}
