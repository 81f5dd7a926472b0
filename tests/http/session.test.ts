import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, signInAtInstitution, signInWithWallet } from './support/journeys.ts';

let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());

/** The portal's `Set-Cookie` lines in these responses, without their values and times. */
function writtenCookies(visits: readonly Visit[]): string[] {
	const lines = visits.flatMap(({ headers }) => headers.getSetCookie());
	return lines.map((line) => line.replace(/=[^;]+/, '=…').replace(/Max-Age=[1-9]\d*/i, 'Max-Age=…'));
}

test('the session cookie is HttpOnly, SameSite=Lax, Path=/, without a Domain, and not persistent', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	const lines = browser.visits.flatMap(({ headers }) => headers.getSetCookie());
	const session = lines.filter((line) => line.startsWith('portal.session='));
	expect(session.map((line) => line.replace(/=[\w-]+/, '=…'))).toEqual([
		'portal.session=…; Path=/; HttpOnly; SameSite=Lax'
	]);
});

test('every cookie of a whole journey is HttpOnly, Lax and without a Domain', async () => {
	const browser = new Browser(landscape.url);
	await signInWithWallet(browser, landscape.sandbox);
	await browser.open('/locale', { form: { locale: 'nl', returnTo: '/' } });
	const lines = writtenCookies(browser.visits);
	expect(lines.length).toBeGreaterThan(7);
	const form = /^portal\.[\w.-]+=…?; (?=.*\bPath=\/(?:;|$))(?=.*\bHttpOnly\b)(?=.*\bSameSite=Lax\b)(?!.*\bDomain\b)/i;
	expect(lines.filter((line) => !form.test(line))).toEqual([]);
});

test('all cookies of the portal together stay below 7 kB for a signed-in person', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	await createWalletSession(browser);
	const own = [...browser.cookies()].filter(([name]) => name.startsWith('portal.'));
	expect(own.map(([name, value]) => `${name}=${value}; `).join('').length).toBeLessThan(7000);
});

test('reading a session writes no cookie', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	const reads = await Promise.all(['/api/auth/session', '/api/me', '/account', '/'].map((path) => browser.call(path)));
	expect(writtenCookies(reads)).toEqual([]);
});

test('no cookie of the sign-in flow remains after sign-in', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	const left = [...browser.cookies().keys()].filter((name) => /^portal\.(?:flow|state|pkce|nonce|callback)/.test(name));
	expect(left).toEqual([]);
});

test('sign-out ends the session, revokes the refresh token, and continues to the STS without an ID token', async () => {
	const browser = new Browser(landscape.url);
	const account = await signInAtInstitution(browser);
	const revoked = landscape.sandbox.count('sts.revocation');
	const home = await browser.submit(account, {}, '/api/auth/signout');
	expect(home).toMatchObject({ status: 200, url: { origin: landscape.url, pathname: '/' } });
	expect(landscape.sandbox.count('sts.revocation')).toBe(revoked + 1);

	const [left] = landscape.sandbox.lastRequests('sts', 'end-session').slice(-1);
	const query = new URL(left?.path ?? '', landscape.sandbox.stsUrl).searchParams;
	expect([...query.keys()]).toEqual(expect.arrayContaining(['client_id', 'logout_hint']));
	expect(query.has('id_token_hint')).toBe(false);
	expect(query.get('post_logout_redirect_uri')).toBe(`${landscape.url}/`);

	expect((await browser.call('/api/auth/session')).text).toBe('null');
	expect((await browser.call('/api/me')).status).toBe(401);
	const names = [...browser.cookies().keys()].filter((name) => /^portal\.(?:session|wallet)/.test(name));
	expect(names).toEqual([]);
});

test('sign-out continues to the STS through a page with a link, not through a cross-origin redirect', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	const response = await browser.open('/api/auth/signout', { form: {}, follow: false });
	expect(response.status).toBe(303);
	expect(response.headers.get('location')).toBe('/signed-out');
	const page = await browser.open('/signed-out', { follow: false });
	expect(page.status).toBe(200);
	expect(page.headers.get('refresh')).toBe(`0; url=${linkIn(page, '/session/end')}`);
});

test('sign-out ends the session even if the STS is unreachable', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	landscape.sandbox.scenario('sts-down');
	const response = await browser.call('/api/auth/signout', { method: 'POST' });
	landscape.sandbox.lift('sts-down');
	expect(response.status).toBe(303);
	expect((await browser.call('/api/auth/session')).text).toBe('null');
});

test('sign-out without a session ends on a page of the portal', async () => {
	const page = await new Browser(landscape.url).open('/api/auth/signout', { form: {} });
	expect(page).toMatchObject({ status: 200, url: { pathname: '/signed-out' } });
});

test('a page that says “signed out” leads a person who has signed in again to their account', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	const nextOf = async (path: string) => (await browser.open(path, { follow: false })).headers.get('location');
	const endedAt = Math.floor(Date.now() / 1000);
	for (const error of ['session_expired', 'session_ended']) {
		const path = `/login?error=${error}&returnTo=%2Faccount%2Fsessions`;
		expect(await nextOf(path)).toBe('/account/sessions');
		expect(await nextOf(`${path}&endedAt=${endedAt - 60}`)).toBe('/account/sessions');
		// The session that has just ended, if its cookie is still there.
		expect(await nextOf(`${path}&endedAt=${endedAt + 60}`)).toBeNull();
	}
	expect(await nextOf('/signed-out')).toBe('/account');
	await browser.open('/api/auth/signout', { form: {}, follow: false });
	await browser.open('/signed-out', { follow: false });
	expect(await nextOf('/signed-out')).toBeNull();
});

test('a signed-in person who goes back to the callback URL stays signed in', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	const callback = browser.visits.find(({ url }) => url.pathname === '/api/auth/callback/sts');
	const again = await browser.open(callback?.url ?? '', { from: landscape.sandbox.stsUrl });
	expect(again).toMatchObject({ status: 200, url: { pathname: '/account' } });
});

test('two tabs that sign in at the same time both succeed', async () => {
	const browser = new Browser(landscape.url);
	const login = await browser.open('/login');
	const first = await browser.open(linkIn(login, 'institution=uni-noord'));
	const second = await browser.open(linkIn(login, 'institution=uni-noord'));
	expect((await browser.submit(first, { person: 'known-student' })).url.pathname).toBe('/account');
	expect((await browser.submit(second, { person: 'known-student' })).url.pathname).toBe('/account');
});

test('a browser without cookies is redirected from the callback to a login page that explains the problem', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	const callback = browser.visits.find(({ url }) => url.pathname === '/api/auth/callback/sts');
	const page = await new Browser(landscape.url).open(callback?.url ?? '', { from: landscape.sandbox.stsUrl });
	expect(page.url.searchParams.get('error')).toBe('cookies_required');
});
