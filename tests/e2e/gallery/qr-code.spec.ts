import { expect } from '@playwright/test';
import { addressOf } from '../../gallery/states/index.ts';
import { test } from '../support/gallery.ts';
import { colours } from '../support/looks.ts';
import { readCode } from '../support/read-code.ts';
import { en } from '../support/texts.ts';

const quietZoneModules = 4;

/** Zoom of a window of 1280 × 1024 pixels: it gets fewer CSS pixels, and each is larger. */
for (const zoom of [1, 2, 4]) {
	for (const deviceScaleFactor of [1, 2]) {
		test.describe(`at ${zoom * 100} %, with a device pixel ratio of ${deviceScaleFactor}`, () => {
			test.use({ viewport: { width: 1280 / zoom, height: 1024 / zoom }, deviceScaleFactor });

			for (const { colour, media } of colours) {
				test(`(a11y 3) the code is black on white with its quiet zone, and is readable, in ${colour}`, async ({
					page
				}) => {
					await page.emulateMedia(media);
					await page.goto(addressOf('wallet/scan', 'en'));
					const code = page.getByRole('img', { name: en.wallet.scan.qrName });
					const link = page.getByRole('link', { name: en.wallet.scan.open });
					expect(await readCode(page, await code.screenshot())).toBe(await link.getAttribute('href'));

					const drawing = code.locator('svg');
					const [left = 0, , modules = 1] = ((await drawing.getAttribute('viewBox')) ?? '').split(' ').map(Number);
					const widthPx = (await drawing.boundingBox())?.width ?? 0;
					expect(widthPx / modules).toBeGreaterThanOrEqual(4);
					expect(-left).toBe(quietZoneModules);
					await expect(code).toHaveCSS('background-color', 'rgb(255, 255, 255)');
				});
			}
		});
	}
}
