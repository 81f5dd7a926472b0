import { expect } from '@playwright/test';
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
		`(a11y 3) a camera can read the URL of the link from the screen at ${zoom * 100} %`,
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

/** The links of both kinds of client id, and how long they are where ports have five digits. */
const links = { x509_hash: 191, decentralized_identifier: 343 } as const;

for (const [clientIdPrefix, viewport] of [
	['decentralized_identifier', { width: 390, height: 844 }],
	['decentralized_identifier', { width: 1366, height: 620 }],
	['x509_hash', { width: 390, height: 844 }],
	['x509_hash', { width: 1366, height: 620 }]
] as const) {
	test(
		`(a11y 3) a ${clientIdPrefix} request can be read from a screenshot of ${viewport.width} × ${viewport.height} pixels`,
		{ tag: '@full' },
		async ({ openBrowser, sandbox }) => {
			sandbox.configureVerifier({ walletUrl: 'openid4vp://', clientIdPrefix });
			const page = await (await openBrowser({ viewport, deviceScaleFactor: 1 })).newPage();
			await page.goto('/login');
			await page.getByRole('button', { name: en.login.wallet.button }).click();
			const link = (await page.getByRole('link', { name: en.wallet.scan.open }).getAttribute('href')) ?? '';
			expect(Math.abs(link.length - links[clientIdPrefix])).toBeLessThanOrEqual(1);
			const code = page.getByRole('img', { name: en.wallet.scan.qrName });
			await code.scrollIntoViewIfNeeded();
			expect(await readCode(page, await page.screenshot())).toBe(link);
			expect(sandbox.sessionByLink(link)).toMatchObject({ status: 'PENDING' });
			const modules = (await code.locator('svg').getAttribute('viewBox'))?.split(' ').at(-1);
			const { width = 0 } = (await code.boundingBox()) ?? {};
			expect(width / Number(modules)).toBeGreaterThanOrEqual(3);
		}
	);
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

for (const device of ['this', 'other'] as const) {
	for (const [width, height, tag] of [
		[320, 568, []],
		[340, 640, ['@full']],
		[360, 640, ['@full']],
		[390, 844, ['@full']],
		[740, 340, ['@full']],
		[1366, 620, []]
	] as const) {
		test(
			`(a11y 3) in ${width} × ${height} pixels, the larger code is larger and fits the window, for a wallet on ${device} device`,
			{ tag: [...tag] },
			async ({ page, wallet }) => {
				await page.setViewportSize({ width, height });
				await wallet.start();
				if (device === 'this') {
					await page.getByRole('button', { name: en.wallet.scan.change.other }).click();
					await page.getByText(en.wallet.scan.showCode, { exact: true }).click();
				}
				const drawing = page.getByRole('img', { name: en.wallet.scan.qrName }).locator('svg');
				const before = (await drawing.boundingBox())?.width ?? Infinity;
				await page.getByRole('checkbox', { name: en.wallet.scan.enlarge }).check();
				const after = await drawing.boundingBox();
				expect(after?.width).toBeGreaterThan(before);
				expect(after?.height).toBeLessThanOrEqual(height);
				expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
			}
		);
	}
}

test('(a11y 25) the page does not scroll sideways at 400 %', { tag: '@full' }, async ({ openBrowser, sandbox }) => {
	const context = await openBrowser({ viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 });
	const page = await context.newPage();
	await new WalletSignIn(page, sandbox, true).start();
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});
