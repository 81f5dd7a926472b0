import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading } from './support/steps.ts';
import { en } from './support/texts.ts';

test.use({ expectsFaults: true, env: { REQUESTS_AT_ONCE: '1' } });

for (const javaScriptEnabled of [true, false]) {
	test.describe(
		javaScriptEnabled ? 'with JavaScript' : 'without JavaScript',
		{ tag: javaScriptEnabled ? [] : ['@full'] },
		() => {
			test.use({ javaScriptEnabled });

			test('a request while the portal is busy shows an error page at the same URL, and the requested page after “Try again”', async ({
				page,
				sandbox,
				openBrowser
			}) => {
				const other = await (await openBrowser()).newPage();
				await other.goto('/login');
				sandbox.scenario('bridge-slow', { operation: 'create', ms: 3000 });
				const code = other.getByRole('button', { name: en.login.wallet.button }).click();
				await expect.poll(() => sandbox.count('bridge.create')).toBe(1);

				expect((await page.goto('/help?from=here'))?.status()).toBe(503);
				await expectHeading(page, en.site.errors.unavailable.title);
				await expect(page.getByText(en.site.helpCode, { exact: false }).locator('strong')).toHaveText(/^[\da-f]{12}$/);
				await expect(page).toHaveURL('/help?from=here');

				await code;
				await expectHeading(other, en.wallet.scan.title);
				// That page asks for its wallet's status, and is all that the portal takes at once.
				await other.close();
				await expect(async () => {
					await page.getByRole('link', { name: en.site.tryAgain }).click();
					await expectHeading(page, en.help.title);
				}).toPass();
				await expect(page).toHaveURL('/help?from=here');
			});
		}
	);
}
