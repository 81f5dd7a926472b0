import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { forwardUntil, setRemaining, setSession } from './support/session-time.ts';
import { expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

const notice = en.account.ending;

test('a session that is about to end announces a warning, with a link that the keyboard reaches', async ({ page }) => {
	await page.clock.install();
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	const alert = page.getByRole('alert');
	await expect(alert).toBeEmpty();
	const button = page.getByRole('button', { name: en.site.signOut });
	await button.focus();

	await page.clock.fastForward('23:57:00');
	await expect(alert).toBeEmpty();
	await setRemaining(page, 90_000);
	await forwardUntil(page, '01:30', () => expect(alert).toContainText(notice.title, { timeout: 1000 }));
	await expect(button).toBeFocused();

	await page.unrouteAll();
	const again = page.getByRole('link', { name: notice.again });
	await page.locator('main').focus();
	await page.keyboard.press('Tab');
	await expect(again).toBeFocused();
	// The STS still knows this browser: it asks for nothing.
	const returned = page.waitForRequest(/\/api\/auth\/callback\/sts\?/);
	await page.keyboard.press('Enter');
	await returned;
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
});

test('an idle session shows a warning before it ends, and reopening the page extends it', async ({ page }) => {
	await page.clock.install();
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	const alert = page.getByRole('alert');
	await setSession(page, { idleExpiresInMs: 90_000 });
	await forwardUntil(page, '23:58:30', () => expect(alert).toContainText(notice.idle, { timeout: 1000 }));

	await page.unrouteAll();
	const loaded = page.waitForResponse(
		(response) => response.request().isNavigationRequest() && response.url().endsWith('/account')
	);
	await page.getByRole('link', { name: notice.stay }).click();
	expect((await loaded).status()).toBe(200);
	await expect(alert).toBeEmpty();
});

for (const [width, height] of [
	[320, 256],
	[740, 340],
	[390, 844]
] as const) {
	test(
		`the warning stays in view on a scrolled page of ${width}x${height}, and covers nothing that has the focus`,
		{ tag: width === 740 ? [] : ['@full'] },
		async ({ page }) => {
			await page.setViewportSize({ width, height });
			await page.clock.install();
			await signInAtInstitution(page);
			await expectSignedIn(page, 'Sanne de Vries', 'sts');
			const title = await page.title();
			await setSession(page, { idleExpiresInMs: 90_000 });
			const last = page.getByRole('contentinfo').getByRole('link').last();
			await last.focus();
			const stay = page.getByRole('link', { name: notice.stay });
			await forwardUntil(page, '23:58:30', () => expect(stay).toBeInViewport({ ratio: 1, timeout: 1000 }));
			await expect(page).toHaveTitle(`${notice.title} ${title}`);

			let stops = 0;
			while (!(await stay.evaluate((link) => link === document.activeElement))) {
				await page.keyboard.press('Shift+Tab');
				expect(++stops).toBeLessThan(50);
				const isCovered = await page.evaluate(() => {
					const alert = document.querySelector('[role=alert]');
					const focused = document.activeElement;
					if (!alert || !focused || alert.contains(focused)) return false;
					return focused.getBoundingClientRect().top < alert.getBoundingClientRect().bottom;
				});
				expect(isCovered).toBe(false);
			}
			expect(stops).toBeGreaterThan(2);

			await setSession(page, { idleExpiresInMs: null });
			await page.evaluate(() => window.dispatchEvent(new Event('pageshow')));
			await expect(page.getByRole('alert')).toBeEmpty();
			await expect(page).toHaveTitle(title);
			// The link that had the focus is gone.
			await expect(page.getByRole('main')).toBeFocused();
		}
	);
}
