import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Browser, headingOf, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession } from './support/journeys.ts';

/** A wallet on the same device: its page, and the way back. Without JavaScript. */
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

/** From the code on the portal's page to the page of the wallet. */
async function openWalletPage() {
	await createWalletSession(browser);
	return browser.open(linkIn(await browser.open('/login/wallet'), 'request_uri='));
}

/** The form of the wallet's page has a second button, which sends it to another address. */
function decline({ url }: Visit, stopBefore?: string) {
	const form = Object.fromEntries(url.searchParams);
	return browser.open(new URL('/wallet/decline', url), { form, from: url.origin, ...(stopBefore && { stopBefore }) });
}

test('the wallet names the verifier and the claims, and returns the person to a completed sign-in after sharing', async () => {
	const asked = await openWalletPage();
	const host = new URL(landscape.sandbox.bridgeUrl).host;
	for (const text of [host, 'given name', 'family name', 'date of birth', 'eduID']) expect(asked.text).toContain(text);
	const back = await browser.submit(asked, { person: 'known-student' }, '/wallet/share', {
		stopBefore: '/login/wallet'
	});
	expect(back.headers.get('location')).toMatch(new RegExp(`^${landscape.url}/login/wallet\\?response_code=`));
	// The Bridge checks the presentation for a moment.
	await vi.waitFor(async () => {
		expect((await browser.open('/login/wallet')).url.href).toBe(`${landscape.url}/account`);
	}, 10_000);
});

test('the wallet also returns with a response code after a refusal', async () => {
	const asked = await openWalletPage();
	const back = await decline(asked, '/login/wallet');
	const address = new URL(back.headers.get('location') ?? '');
	expect(address.origin + address.pathname).toBe(`${landscape.url}/login/wallet`);
	expect(address.searchParams.get('response_code')).toMatch(/^[\w-]{22}$/);
	// A status of the Auth Bridge is cached for a moment.
	await vi.waitFor(async () => expect(headingOf(await browser.open(address))).toBe('Nothing was shared'), 5000);
});

test('a wallet request that is completed or unknown is not shown again', async () => {
	const asked = await openWalletPage();
	await decline(asked);
	const again = await browser.open(asked.url.href);
	expect([again.status, again.text.includes('This request has been answered')]).toEqual([404, true]);
	landscape.sandbox.reset();
	expect((await browser.open(asked.url.href)).text).toContain('This request has expired');
});

test('the portal removes a response code from the address before anything else', async () => {
	const id = await createWalletSession(browser);
	await landscape.sandbox.share(id, 'known-student');
	const visits = [browser, new Browser(landscape.url)].map(async (visitor) => {
		const { status, headers } = await visitor.open('/login/wallet?response_code=of-somebody-else', { follow: false });
		return [status, headers.get('location')];
	});
	expect(await Promise.all(visits)).toEqual([
		[303, '/login/wallet?after=return'],
		[303, '/login/wallet?after=return']
	]);
	expect(landscape.sandbox.count('bridge.complete')).toBe(0);
});

test('a return to another browser shows a page that says where to continue, without the original session', async () => {
	const id = await createWalletSession(browser);
	const other = await new Browser(landscape.url).open('/login/wallet?response_code=of-somebody-else');
	expect([other.status, headingOf(other)]).toEqual([200, 'Go back to the browser where you began']);
	expect(other.text).not.toContain(id);
	expect(headingOf(await browser.open('/login/wallet'))).toBe('Scan the QR code with your wallet');
});

test.each([
	['check', 'We have not received anything yet. Choose “Share” in your wallet first.'],
	['return', 'We have not received anything yet. Choose “Share” in your wallet first.'],
	['renewal', 'There is a new code on the page.'],
	['anything', null],
	['', null]
])('the page after "%s" says: %s', async (after, notice) => {
	await createWalletSession(browser);
	const { text } = await browser.open(`/login/wallet?${new URLSearchParams({ after })}`);
	expect(/<p class="notice"[^>]*>([^<]*)<\/p>/.exec(text)?.[1] ?? null).toBe(notice);
});

test('the device with the wallet is remembered; only a device that the page offers is accepted', async () => {
	await createWalletSession(browser);
	const shown = async () => headingOf(await browser.open('/login/wallet'));
	expect(await shown()).toBe('Scan the QR code with your wallet');
	await browser.open('/login/wallet?/device', { form: { device: 'this' } });
	expect(await shown()).toBe('Open your wallet');
	expect((await browser.open('/login/wallet?/device', { form: { device: 'mine' } })).status).toBe(400);
	expect((await browser.open('/login/wallet?/device', { form: {} })).status).toBe(400);
	expect((await browser.open('/login/wallet?device=mine')).status).toBe(200);
	expect(await shown()).toBe('Open your wallet');
	await browser.open('/login/wallet?device=other', { from: 'https://elsewhere.example' });
	expect(await shown()).toBe('Open your wallet');
	await browser.open('/login/wallet?device=other');
	expect(await shown()).toBe('Scan the QR code with your wallet');
});

test('a person who is already signed in on return is redirected to the account page', async () => {
	const id = await createWalletSession(browser);
	await landscape.sandbox.share(id, 'known-student');
	await vi.waitFor(async () => {
		expect((await browser.open('/login/wallet')).url.pathname).toBe('/account');
	}, 10_000);
	const back = await browser.open('/login/wallet?response_code=0123456789');
	expect(back.url.pathname).toBe('/account');
});
