import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { copyOf, heldSession, holdsSession, tokensOver } from './support/held-session.ts';
import { callbackOf, nextCallbackOf, signInAtInstitution } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(async () => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
});

const signOut = (who = browser) => who.call('/api/auth/signout', { method: 'POST' });

test.each(['GET', 'PUT', 'DELETE'])('a %s request does not sign the person out', async (method) => {
	expect((await browser.call('/api/auth/signout', { method })).status).toBe(405);
	expect((await browser.call('/api/me')).status).toBe(200);
});

test('a cross-site request does not sign the person out', async () => {
	const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
	expect((await browser.call('/api/auth/signout', { method: 'POST', headers })).status).toBe(403);
	expect((await browser.call('/api/me')).status).toBe(200);
});

test('a copied cookie is refused after its owner has signed out', async () => {
	const copy = copyOf(browser, landscape.url);
	expect((await copy.call('/api/me')).status).toBe(200);
	await signOut();
	expect((await copy.call('/api/me')).status).toBe(401);
	expect(holdsSession(copy)).toBe(false);
});

test('the newest refresh token is revoked, even if the cookie holds an older one', async () => {
	await tokensOver(browser, landscape);
	const stale = copyOf(browser, landscape.url);
	await browser.call('/api/me');
	const { refreshToken } = await heldSession(browser, landscape);
	await signOut(stale);
	const [revocation] = landscape.sandbox.lastRequests('sts', 'revocation');
	expect(new URLSearchParams(revocation?.body).get('token')).toBe(refreshToken);
});

test.each(['with a session', 'without a session'])('a sign-out %s ends a sign-in in progress', async (kind) => {
	if (kind === 'without a session') browser = new Browser(landscape.url);
	const callback = await (kind === 'without a session' ? callbackOf(browser) : nextCallbackOf(browser));
	const before = landscape.sandbox.count('sts.token:code');
	landscape.sandbox.scenario('sts-slow', { operation: 'token:code', ms: 1000 });
	const pending = browser.open(callback, { from: landscape.sandbox.stsUrl, follow: false });
	await vi.waitFor(() => expect(landscape.sandbox.count('sts.token:code')).toBeGreaterThan(before), {
		timeout: 5000,
		interval: 10
	});
	await signOut();
	const revocations = landscape.sandbox.count('sts.revocation');
	await pending;
	expect([holdsSession(browser), (await browser.call('/api/me')).status]).toEqual([false, 401]);
	await vi.waitFor(() => expect(landscape.sandbox.count('sts.revocation')).toBe(revocations + 1));
});

test('a slow response in flight does not bring the session back', async () => {
	await tokensOver(browser, landscape);
	landscape.sandbox.scenario('sts-slow', { operation: 'token:refresh', ms: 1000 });
	const slow = browser.call('/api/me');
	await vi.waitFor(() => expect(landscape.sandbox.counts().refreshGrants).toBe(1), { timeout: 5000, interval: 10 });
	await signOut();
	expect(holdsSession(browser)).toBe(false);
	expect((await slow).headers.getSetCookie().filter((line) => line.startsWith('portal.session'))).toEqual([]);
	expect(holdsSession(browser)).toBe(false);
	expect((await browser.call('/api/me')).status).toBe(401);
});

test('a slow response of the previous session does not disturb a new sign-in', async () => {
	await tokensOver(browser, landscape);
	landscape.sandbox.scenario('sts-error', { operation: 'token:refresh', error: 'invalid_grant' });
	landscape.sandbox.scenario('sts-slow', { operation: 'token:refresh', ms: 2000 });
	const slow = browser.call('/api/me');
	await vi.waitFor(() => expect(landscape.sandbox.counts().refreshGrants).toBe(1), { timeout: 5000, interval: 10 });
	await signOut();
	await signInAtInstitution(browser);
	const { id } = await heldSession(browser, landscape);
	await slow;
	expect(await heldSession(browser, landscape)).toMatchObject({ id });
});
