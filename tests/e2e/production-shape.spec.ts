import { type Cookie, expect, type Page } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectSignedIn, signInAtInstitution } from './support/steps.ts';
import { en } from './support/texts.ts';

test.use({ tls: true });

test(
	'behind a proxy that terminates TLS, a person signs in and receives host-only cookies',
	{ tag: '@full' },
	async ({ page, landscape }) => {
		const response = await page.goto('/login');
		expect(landscape.url).toMatch(/^https:/);
		expect(response?.headers()['strict-transport-security']).toContain('includeSubDomains');

		await signInAtInstitution(page);
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
		await expectHostCookies(page, ['__Host-portal.session']);
		await page.getByRole('button', { name: en.site.signOut }).click();
		await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
	}
);

test(
	'behind a proxy that terminates TLS, an unknown wallet is linked and signs in',
	{ tag: '@full' },
	async ({ page, wallet }) => {
		await wallet.start();
		await expectHostCookies(page, ['__Host-portal.login', '__Host-portal.wallet.']);
		await wallet.share('unknown-student');
		await page.getByRole('button', { name: en.identity.explain.button }).click();
		await page.getByRole('button', { name: 'Confirm' }).click();
		await expectSignedIn(page, 'Daan Bakker', 'sts-wallet');
	}
);

/** Cookies that start with these names are there, and each of ours is for this host alone, and for https. */
async function expectHostCookies(page: Page, names: string[]): Promise<void> {
	const cookies = (await page.context().cookies(page.url())).filter(({ name }) => name.includes('portal.'));
	for (const wanted of names)
		expect(
			cookies.some(({ name }) => name.startsWith(wanted)),
			wanted
		).toBe(true);
	expect(cookies.filter((cookie) => !isHostCookie(cookie))).toEqual([]);
}

/** What a browser accepts under the prefix (RFC 6265bis 4.1.3.2), and HttpOnly and Lax as we want them. */
function isHostCookie({ name, domain, path, secure, httpOnly, sameSite }: Cookie): boolean {
	const isHost = name.startsWith('__Host-') && domain === 'localhost' && path === '/';
	return isHost && secure && httpOnly && sameSite === 'Lax';
}
