import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Browser, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { changeSession, copyOf, holdsSession } from './support/held-session.ts';
import { expectLoginError, signInAtInstitution } from './support/journeys.ts';

// A person who presses the button again while the STS is slow: the browser discards the first response.

const EVERYWHERE = '/account/sessions/all/end';
let landscape: Landscape;
let browser: Browser;

async function signIn(): Promise<void> {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
}

const press = (path: string, who = browser) => who.open(path, { form: {}, follow: false });
const markOf = (who: Browser) => who.cookies().get('portal.signedout');
const isSignedOutAtSts = ({ url, text }: Visit) => url.pathname === '/' && text.includes('You are signed out.');

/** Presses the button in a browser that discards the response, and comes back while the STS revokes the refresh token. */
async function pressUntilStsIsAsked(path: string): Promise<{ readonly first: Promise<Visit> }> {
	landscape.sandbox.scenario('sts-slow', { operation: 'revocation', ms: 1000 });
	const first = press(path, copyOf(browser, landscape.url));
	await vi.waitFor(() => expect(landscape.sandbox.count('sts.revocation')).toBe(1), { timeout: 5000, interval: 10 });
	return { first };
}

describe('the second press', () => {
	beforeAll(async () => {
		landscape = await startLandscape({ runtime, env: { SESSION_IDLE_TIMEOUT: '600' } });
	});
	afterAll(() => landscape.stop());
	beforeEach(signIn);

	test.each(['/api/auth/signout', EVERYWHERE])('of the button of %s also signs out at the STS', async (path) => {
		const { first } = await pressUntilStsIsAsked(path);
		const second = await press(path);
		expect([second.status, second.headers.get('location')]).toEqual([303, '/signed-out']);
		expect(isSignedOutAtSts(await browser.open('/signed-out'))).toBe(true);
		expect([landscape.sandbox.count('sts.end-session'), markOf(browser)]).toEqual([1, undefined]);
		expect([holdsSession(browser), (await browser.call('/api/me')).status]).toEqual([false, 401]);
		await first;
		expect(landscape.sandbox.count('sts.revocation')).toBe(1);
	});

	test('after the response to the first one leaves the return from the STS as it is', async () => {
		const late = copyOf(browser, landscape.url);
		await press('/api/auth/signout');
		const mark = markOf(browser);
		await press('/api/auth/signout');
		await press('/api/auth/signout', late);
		expect([markOf(browser), markOf(late)]).toEqual([mark, mark]);
		const leaving = await browser.open('/signed-out', { follow: false });
		expect(leaving.headers.get('refresh')).toContain('logout_hint=');
		expect(isSignedOutAtSts(await browser.open(`/?state=${mark}`))).toBe(true);
		expect(markOf(browser)).toBeUndefined();
	});

	test('a late response to another tab leaves the return from the STS as it is', async () => {
		const tab = copyOf(browser, landscape.url);
		await press('/api/auth/signout');
		expect((await tab.call('/api/auth/session')).text).toBe('null');
		browser.putCookie('portal.signedout', markOf(tab) ?? '');
		expect(isSignedOutAtSts(await browser.open('/signed-out'))).toBe(true);
		expect(markOf(browser)).toBeUndefined();
	});

	test('signs out at the STS if another tab has deleted the cookie of the session in the meantime', async () => {
		const { first } = await pressUntilStsIsAsked('/api/auth/signout');
		expect((await browser.call('/api/auth/session')).text).toBe('null');
		expect(holdsSession(browser)).toBe(false);
		await press('/api/auth/signout');
		expect(isSignedOutAtSts(await browser.open('/signed-out'))).toBe(true);
		expect(markOf(browser)).toBeUndefined();
		await first;
	});

	test('a session that has been idle for too long still signs out at the STS', async () => {
		await changeSession(browser, landscape, { activeAt: Math.floor(Date.now() / 1000) - 601 });
		expect(isSignedOutAtSts(await browser.open('/api/auth/signout', { form: {} }))).toBe(true);
		expect(landscape.sandbox.count('sts.end-session')).toBe(1);
	});
});

describe('a session that has ended alone', () => {
	beforeAll(async () => {
		landscape = await startLandscape({ runtime });
	});
	afterAll(() => landscape.stop());
	beforeEach(signIn);

	test('cannot sign out everywhere: the other sessions go on, and the page says that this one has ended', async () => {
		const other = new Browser(landscape.url);
		await signInAtInstitution(other);
		await press('/api/auth/signout', copyOf(browser, landscape.url));
		expectLoginError(await browser.open(EVERYWHERE, { form: {} }), 'session_ended', EVERYWHERE);
		expect((await other.call('/api/me')).status).toBe(200);
	});

	test('is not told that it signed out everywhere after another browser has signed out all others', async () => {
		const other = new Browser(landscape.url);
		await signInAtInstitution(other);
		await press('/account/sessions/others/end', other);
		expectLoginError(await browser.open(EVERYWHERE, { form: {} }), 'session_ended', EVERYWHERE);
	});

	test.each(['/account/sessions/others/end', '/account/sessions', '/account'])(
		'and all others with it opens no page: POST %s leads to the sign-in',
		async (path) => {
			await press(EVERYWHERE, copyOf(browser, landscape.url));
			expectLoginError(await browser.open(path, { form: {} }), 'session_ended', path);
			expect(browser.cookies().has('portal.departure')).toBe(false);
		}
	);
});

describe('with SIGN_OUT_ID_TOKEN_HINT', () => {
	beforeAll(async () => {
		landscape = await startLandscape({ runtime, env: { SIGN_OUT_ID_TOKEN_HINT: 'true' } });
	});
	afterAll(() => landscape.stop());
	beforeEach(signIn);

	test('only the request that ends the session gets the ID token: a copy of its cookie does not', async () => {
		const copy = copyOf(browser, landscape.url);
		const hints: boolean[] = [];
		for (const who of [browser, copy]) {
			await press('/api/auth/signout', who);
			const { headers } = await who.open('/signed-out', { follow: false });
			const [, endSession = ''] = /^0; url=(.+)$/.exec(headers.get('refresh') ?? '') ?? [];
			hints.push(new URL(endSession).searchParams.has('id_token_hint'));
		}
		expect(hints).toEqual([true, false]);
	});
});
