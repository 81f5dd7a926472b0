import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectSignedIn, signInAtInstitution } from './support/steps.ts';

test.use({ tls: true });

/**
 * Chromium does not take a name that begins with U+00A0 for one with the prefix `__Host-`, so that a sibling subdomain can set it
 * for the whole domain. It sends the name as UTF-8. A server that reads names as UTF-8 and trims them would take it for ours:
 * that mutation of `http/cookies.ts` (`Buffer.from(name, 'latin1').toString().trim()`) makes this test fail.
 */
test('a cookie of another site whose name begins with a no-break space is sent by Chromium, but creates no session', async ({
	page,
	context
}) => {
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	const cookies = (await context.cookies(page.url())).filter(({ name }) => name.startsWith('__Host-portal.session'));
	expect(cookies.length).toBeGreaterThan(0);

	await context.clearCookies();
	await page.goto('/help');
	const lines = cookies.map(({ name, value }) => `\u00a0${name}=${value}; Path=/; Secure`);
	await page.evaluate((all) => all.forEach((line) => (document.cookie = line)), lines);
	const requested = page.waitForRequest((request) => new URL(request.url()).pathname === '/account');
	await page.goto('/account');
	const sent = (await (await requested).allHeaders()).cookie ?? '';
	// The name begins as it was set; how its bytes are shown depends on who shows them.
	expect(sent).toMatch(/[^\x20-\x7e]__Host-portal\.session/);
	expect(sent).toContain(cookies[0]?.value.slice(0, 100));
	await expect(page).toHaveURL(/\/login\?/);
	const session = await page.evaluate(async () => (await fetch('/api/auth/session')).text());
	expect(session).toBe('null');
});
