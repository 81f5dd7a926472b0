import { locales } from '../../src/lib/i18n/index.ts';
import { test } from '../e2e/support/gallery.ts';
import { addressOf, stateNames } from '../gallery/states/index.ts';

const desktop = { width: 1280, height: 800 };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };

/** How the same states look to different people. At 200 % a window has half as many CSS pixels. */
const looks = [
	{ look: 'light', use: { viewport: desktop }, media: {} },
	{ look: 'dark', use: { viewport: desktop, colorScheme: 'dark' }, media: {} },
	{ look: 'phone', use: phone, media: {} },
	{ look: 'zoomed', use: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }, media: {} },
	{ look: 'forced-colours', use: { viewport: desktop }, media: { forcedColors: 'active' } },
	{ look: 'print', use: { viewport: { width: 720, height: 1000 } }, media: { media: 'print' } }
] as const;

/** Every state, to be looked at by people: in test-results/gallery, by language and look. */
for (const locale of locales) {
	for (const { look, use, media } of looks) {
		test.describe(`${locale}, ${look}`, () => {
			test.use({ ...use, contextOptions: { reducedMotion: 'reduce' } });

			test('every state of the gallery', async ({ page }) => {
				test.setTimeout(10 * 60_000);
				await page.emulateMedia(media);
				for (const name of stateNames) {
					await page.goto(addressOf(name, locale));
					const path = `test-results/gallery/${locale}/${look}/${name.replaceAll('/', '-')}.png`;
					await page.screenshot({ path, fullPage: true });
				}
			});
		});
	}
}
