import { expect } from '@playwright/test';
import { locales } from '../../../src/lib/i18n/index.ts';
import { addressOf, stateNames } from '../../gallery/states/index.ts';
import { test } from '../support/gallery.ts';

const parts = [...new Set(stateNames.map((name) => name.split('/')[0] ?? ''))];

// One file for each kind of state: what assistive technology gets of every change is then read in one place.
for (const locale of locales) {
	test.describe(`what assistive technology gets, in ${locale}`, () => {
		test.setTimeout(3 * 60_000);

		test('of the header and the footer', async ({ page }) => {
			await page.goto(addressOf('home', locale));
			const frame = [page.locator('header'), page.locator('footer')].map((part) => part.ariaSnapshot());
			expect((await Promise.all(frame)).join('\n')).toMatchSnapshot(`frame-${locale}.yml`);
		});

		for (const part of parts) {
			test(`of every state of "${part}"`, async ({ page }) => {
				const snapshots: string[] = [];
				for (const name of stateNames.filter((each) => each.split('/')[0] === part)) {
					await page.goto(addressOf(name, locale));
					snapshots.push(`# ${name}: ${await page.title()}\n${await page.locator('main').ariaSnapshot()}\n`);
				}
				// The help code of an error page is made anew each time.
				const text = snapshots.join('\n').replaceAll(/"?\b[\da-f]{12}\b"?/g, 'HELPCODE');
				expect(text).toMatchSnapshot(`${part}-${locale}.yml`);
			});
		}
	});
}
