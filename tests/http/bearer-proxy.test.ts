import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { startTlsProxy } from '../harness/tls-proxy.ts';
import { signInAtInstitution } from './support/journeys.ts';

/** A proxy that adds its own bearer token to each request, as gateways of some institutions do. */
const front = (portalPort: number) => startTlsProxy(portalPort, { authorization: 'Bearer x' });

let landscape: Landscape;
let browser: Browser;

beforeAll(async () => void (landscape = await startLandscape({ runtime, front })));
afterAll(() => landscape.stop());
beforeEach(() => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
});

const isSignedIn = async () => (await browser.open('/account', { follow: false })).status === 200;

test('behind a proxy that adds a bearer token to every request, a person signs in and sees the account page', async () => {
	const page = await signInAtInstitution(browser);
	expect([page.url.pathname, page.status]).toEqual(['/account', 200]);
	expect(await isSignedIn()).toBe(true);
});

test('behind such a proxy, a form creates a wallet session, and its page shows the QR code', async () => {
	const page = await browser.submit(await browser.open('/login'), {}, '/login/wallet');
	expect([page.url.pathname, page.status]).toEqual(['/login/wallet', 200]);
	expect(landscape.sandbox.count('bridge.create')).toBe(1);
	expect(page.text).toContain('<svg');
});

test('behind such a proxy, the language form and the sign-out form work', async () => {
	const page = await signInAtInstitution(browser);
	const dutch = await browser.open('/locale', { form: { locale: 'nl', returnTo: '/account' } });
	expect(dutch.text).toContain('lang="nl"');
	await browser.submit(page, {}, '/api/auth/signout');
	expect(await isSignedIn()).toBe(false);
});

test('behind such a proxy, the origin policy refuses forms that another site submits for a signed-in person', async () => {
	await signInAtInstitution(browser);
	const from = 'https://evil.example';
	for (const path of ['/api/auth/signout', '/login/wallet?/start', '/locale']) {
		const refused = await browser.open(path, { from, form: { locale: 'nl' }, follow: false });
		expect([path, refused.status]).toEqual([path, 403]);
	}
	expect(landscape.sandbox.count('bridge.create')).toBe(0);
	expect(await isSignedIn()).toBe(true);
});

test('behind such a proxy, API calls get a 401 response with a Bearer challenge', async () => {
	await signInAtInstitution(browser);
	const { status, headers } = await browser.call('/api/me');
	expect(status).toBe(401);
	expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
});
