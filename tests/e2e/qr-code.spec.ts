import { expect } from '@playwright/test';
import { clientIdPrefixes } from '../sandbox/verifier/settings.ts';
import { test } from './support/journey.ts';
import { readCode } from './support/read-code.ts';
import { en } from './support/texts.ts';
import { WalletSignIn } from './support/wallet-sign-in.ts';

/** Zoom of a window of 1280 × 1024 pixels: it gets fewer CSS pixels, and each is larger. */
for (const { zoom, tag } of [
	{ zoom: 1, tag: ['@full'] },
	{ zoom: 2, tag: ['@full'] },
	{ zoom: 4, tag: [] }
]) {
	test(
		`(a11y 3) a camera reads the address of the link off the screen at ${zoom * 100} %`,
		{ tag },
		async ({ openBrowser, sandbox }) => {
			const viewport = { width: 1280 / zoom, height: 1024 / zoom };
			const page = await (await openBrowser({ viewport, colorScheme: 'dark' })).newPage();
			await new WalletSignIn(page, sandbox, true).start();
			const link = page.getByRole('link', { name: en.wallet.scan.open });
			const code = page.getByRole('img', { name: en.wallet.scan.qrName });
			expect(await readCode(page, await code.screenshot())).toBe(await link.getAttribute('href'));
		}
	);
}

for (const clientIdPrefix of clientIdPrefixes) {
	for (const [device, viewport] of [
		['phone', { width: 390, height: 844 }],
		['laptop', { width: 1280, height: 800 }]
	] as const) {
		test(
			`(a11y 3) a camera reads a link for a wallet app with a client id of ${clientIdPrefix} off the screen of a ${device}`,
			{ tag: '@full' },
			async ({ openBrowser, sandbox }) => {
				sandbox.configureVerifier({ clientIdPrefix, walletUrl: 'openid4vp://' });
				const page = await (await openBrowser({ viewport })).newPage();
				await new WalletSignIn(page, sandbox, true).start();
				const code = page.getByRole('img', { name: en.wallet.scan.qrName });
				const link = await readCode(page, await code.screenshot());
				expect(link).toMatch(new RegExp(`^openid4vp://\\?client_id=${clientIdPrefix}%3A[^&]+&request_uri=http`));
				expect(sandbox.sessionByLink(link)).toMatchObject({ status: 'PENDING' });
			}
		);
	}
}

test('(a11y 3) the code can be made larger, and is still read', { tag: '@full' }, async ({ page, wallet }) => {
	await wallet.start();
	const code = page.getByRole('img', { name: en.wallet.scan.qrName });
	const before = await code.boundingBox();
	await page.getByRole('checkbox', { name: en.wallet.scan.enlarge }).check();
	expect((await code.boundingBox())?.width).toBeGreaterThan(before?.width ?? Infinity);
	const link = page.getByRole('link', { name: en.wallet.scan.open });
	expect(await readCode(page, await code.screenshot())).toBe(await link.getAttribute('href'));
});

test('(a11y 25) the page does not scroll sideways at 400 %', { tag: '@full' }, async ({ openBrowser, sandbox }) => {
	const context = await openBrowser({ viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 });
	const page = await context.newPage();
	await new WalletSignIn(page, sandbox, true).start();
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});
