import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';

const TIMES = 12;
let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());

test('(a11y 14) a new QR code restores the full time limit, a dozen times in a row', async () => {
	const browser = new Browser(landscape.url);
	let page = await browser.submit(await browser.open('/login'), {}, '/login/wallet?/start');
	const codes = [codeOn(page.text)];
	for (let time = 0; time < TIMES; time++) {
		expect(landscape.sandbox.advance(codes.at(-1) ?? '', 200)).toBe(true);
		page = await browser.submit(page, {}, '/login/wallet?/start');
		codes.push(codeOn(page.text));
		expect(page.text).toContain('about 5 minutes left');
	}
	expect(new Set(codes).size).toBe(TIMES + 1);
});

/** The wallet session whose code a page shows. */
function codeOn(page: string): string {
	const link = /href="([^"]*request_uri=[^"]*)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
	return landscape.sandbox.sessionByLink(link)?.id ?? '';
}
