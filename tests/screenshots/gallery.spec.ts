import { locales } from '../../src/lib/i18n/index.ts';
import { test } from '../e2e/support/gallery.ts';
import { addressOf, stateNames } from '../gallery/states/index.ts';

const desktop = { width: 1280, height: 800 };
const phone = { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 };

/** How the same states look to different people. At 200 % a window has half as many CSS pixels. */
const looks = [
	{ look: 'light', use: { viewport: desktop } },
	{ look: 'dark', use: { viewport: desktop, colorScheme: 'dark' } },
	{ look: 'phone', use: phone },
	{ look: 'zoomed', use: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } }
] as const;

/** Every state, to be looked at by people: in test-results/gallery, by language and look. */
for (const locale of locales) {
	for (const { look, use } of looks) {
		test.describe(`${locale}, ${look}`, () => {
			test.use({ ...use, contextOptions: { reducedMotion: 'reduce' } });

			test('every state of the gallery', async ({ page }) => {
				test.setTimeout(10 * 60_000);
				for (const name of stateNames) {
					await page.goto(addressOf(name, locale));
					const path = `test-results/gallery/${locale}/${look}/${name.replaceAll('/', '-')}.png`;
					await page.screenshot({ path, fullPage: true });
				}
			});
		});
	}
}
