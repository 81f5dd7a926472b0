import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading } from './support/steps.ts';
import { en } from './support/texts.ts';

/** Where no page is exchanged by a script, there is no focus that a script could lose, and no announcer to speak twice. */
test(
	'(a11y 22) a link on a live page causes a full page load, which browsers announce',
	{ tag: '@full' },
	async ({ page, wallet }) => {
		await wallet.start();
		await page.evaluate(() => Object.assign(window, { isOldDocument: true }));
		await page.getByRole('link', { name: en.site.help }).click();
		await expectHeading(page, en.help.title);
		expect(await page.evaluate(() => 'isOldDocument' in window)).toBe(false);
		await expect(page.locator('#svelte-announcer')).toHaveCount(0);
	}
);
