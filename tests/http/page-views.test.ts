import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, sharedWalletSession } from './support/journeys.ts';

/** The views that the scripts of the wallet and identity pages read instead of the page. */
let landscape: Landscape;
let browser: Browser;
beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(() => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
});

async function view(path: string, of = browser) {
	const { status, headers, text } = await of.call(path);
	expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
		200,
		'application/json',
		expect.stringContaining('no-store')
	]);
	return JSON.parse(text) as unknown;
}

test('the wallet page’s view follows its session', async () => {
	const id = await createWalletSession(browser);
	expect(await view('/login/wallet/view')).toMatchObject({ view: { screen: 'scan', sessionId: id } });
	await landscape.sandbox.decline(id);
	const helpCode = expect.stringMatching(/^[\da-f]{12}$/) as string;
	const ended = { view: { screen: 'ended', outcome: 'declined', helpCode } };
	// A status of the Auth Bridge is cached for a moment.
	await vi.waitFor(async () => expect(await view('/login/wallet/view')).toMatchObject(ended), 5000);
});

test('a view names the page where the sign-in continues', async () => {
	await sharedWalletSession(browser, landscape.sandbox, 'known-student');
	expect(await view('/login/wallet/view')).toEqual({ goTo: '/login/continue' });
});

test('the identity page’s view has the person of this browser’s wallet session', async () => {
	await sharedWalletSession(browser, landscape.sandbox, 'unknown-student');
	expect(await view('/login/wallet/view')).toEqual({ goTo: '/login/identity' });
	const shown = await view('/login/identity/view');
	expect(shown).toMatchObject({ view: { screen: 'explain', person: { givenName: expect.any(String) as string } } });
});

describe.each(['/login/wallet/view', '/login/identity/view'])('%s', (path) => {
	test('does not disclose a wallet session to another browser', async () => {
		await sharedWalletSession(browser, landscape.sandbox, 'unknown-student');
		const other = await view(path, new Browser(landscape.url));
		expect(other).toEqual(path.includes('identity') ? { goTo: '/login/wallet' } : { view: { screen: 'start' } });
	});

	test('is refused to another site’s script', async () => {
		const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://other.example' };
		expect((await browser.call(path, { headers })).status).toBe(403);
	});
});
