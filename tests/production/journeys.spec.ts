import { type Cookie, expect, type Page } from '@playwright/test';
import { expectHeading, expectSignedIn, signInAtInstitution } from '../e2e/support/steps.ts';
import { en } from '../e2e/support/texts.ts';
import { callBackend } from './support/echo-backend.ts';
import { test } from './support/journey.ts';

test('a person signs in at an institution, and signs out at the portal and the STS', async ({ page, sandbox }) => {
	const response = await page.goto('/login');
	expect(response?.headers()['strict-transport-security']).toContain('includeSubDomains');
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	await expectHostCookies(page, '__Host-portal.session');

	await page.getByRole('button', { name: en.site.signOut }).click();
	await expect(page.getByText(en.home.signedOut, { exact: true })).toBeVisible();
	await expect.poll(() => sandbox.count('sts.revocation')).toBeGreaterThan(0);
	expect(sandbox.count('sts.end-session')).toBe(1);
});

test('a known wallet signs in, and the page continues without user action', async ({ page, wallet }) => {
	await wallet.start();
	await expectHostCookies(page, '__Host-portal.login', '__Host-portal.wallet.');
	await wallet.open();
	await expectHeading(page, en.wallet.opened.title);
	await wallet.share('known-student');
	await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
});

test('an unknown wallet is linked by a visit to the institution', async ({ page, wallet }) => {
	await wallet.start();
	await wallet.share('unknown-student');
	await page.getByRole('button', { name: en.identity.explain.button }).click();
	await page.getByRole('button', { name: 'Confirm' }).click();
	await expectSignedIn(page, 'Daan Bakker', 'sts-wallet');
});

test('an unknown wallet is linked by a confirmation on the portal’s own page', async ({ page, wallet }) => {
	await wallet.start();
	await wallet.share('unknown-employee');
	await page.getByRole('button', { name: en.identity.confirm.button }).click();
	await expectSignedIn(page, 'Fatima El Amrani', 'sts-wallet');
});

test('a session outlives its access token', async ({ page, sandbox }) => {
	sandbox.scenario('access-token-seconds', { seconds: 1 });
	await signInAtInstitution(page);
	await expect(async () => {
		await page.goto('/account');
		expect(sandbox.count('sts.token:refresh')).toBeGreaterThan(0);
	}).toPass();
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
});

test('the STS ends a session by back-channel logout', async ({ page, sandbox }) => {
	// It ends all sessions of a person that began in the same second: nobody else in these tests may be this person.
	await signInAtInstitution(page, '/login', 'Lotte Visser');
	await expectSignedIn(page, 'Lotte Visser', 'sts');
	await sandbox.backchannelLogout('expired-credential', 'sts');
	await page.goto('/account');
	await expectHeading(page, en.login.title);
});

for (const name of ['inside', 'outside'] as const) {
	test(`a script calls the backend "${name}" with the person’s token`, async ({ page }) => {
		await signInAtInstitution(page);
		await expectSignedIn(page, 'Sanne de Vries', 'sts');
		const post = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a note' };
		const echo = await callBackend(page, name, '/notes?page=2', post);
		expect(echo).toMatchObject({ method: 'POST', path: '/notes?page=2', body: 'a note' });
		expect(echo.authorization).toMatch(/^Bearer [\w.-]{20,}$/);
		expect(await callBackend(page, name, '/notes')).toMatchObject({ method: 'GET', path: '/notes' });
	});
}

test('all dependencies are ready and reached over TLS, and no log has an error', async ({ page, landscape }) => {
	await signInAtInstitution(page);
	await expectSignedIn(page, 'Sanne de Vries', 'sts');
	for (const name of ['inside', 'outside']) await callBackend(page, name, '/notes');
	const ready = await page.request.get(`${landscape.portal.url}/api/health/ready`);
	expect([ready.status(), await ready.json()]).toEqual([200, expect.objectContaining({ status: 'ready' })]);
	await expect.poll(() => landscape.telemetry.series().join()).toContain('portal.sign_ins');
	expect(await landscape.redis.keys('*')).not.toEqual([]);
	const unreached = Object.entries(landscape.connections()).filter(([, count]) => count === 0);
	expect(unreached).toEqual([]);
	expect(landscape.nginx.errors()).not.toMatch(/\[(?:error|crit|alert|emerg)\]/);
	expect(landscape.portal.logs()).not.toMatch(/"(?:ERROR|FATAL)"|NotCapable/);
});

/** Cookies that start with these names are there, and each of ours is for this host alone, and for https. */
async function expectHostCookies(page: Page, ...names: string[]): Promise<void> {
	const cookies = (await page.context().cookies(page.url())).filter(({ name }) => name.includes('portal.'));
	const missing = names.filter((wanted) => !cookies.some(({ name }) => name.startsWith(wanted)));
	expect(missing).toEqual([]);
	expect(cookies.filter((cookie) => !isHostCookie(cookie, new URL(page.url()).hostname))).toEqual([]);
}

/** What a browser accepts under the prefix (RFC 6265bis 4.1.3.2), and HttpOnly and Lax as we want them. */
function isHostCookie({ name, domain, path, secure, httpOnly, sameSite }: Cookie, host: string): boolean {
	const isHost = name.startsWith('__Host-') && domain === host && path === '/';
	return isHost && secure && httpOnly && sameSite === 'Lax';
}
