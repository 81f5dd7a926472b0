import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { account } from '../../src/lib/i18n/en/account.ts';
import { Browser, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import {
	sharedWalletSession,
	signInAtInstitution,
	signInByVerification,
	signInWithWallet
} from './support/journeys.ts';

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

const COOKIE = 'portal.linked';
const { linkedNotice } = account.wallets;
/** How often the page itself says it; its hydration data does not count. */
const says = ({ text }: Visit) => (/<main.*<\/main>/s.exec(text)?.[0] ?? '').split(linkedNotice).length - 1;

/** Links a wallet by a visit to the institution, up to the redirect that leaves the callback. */
async function linkWithoutArrival(): Promise<void> {
	await sharedWalletSession(browser, landscape.sandbox, 'unknown-student');
	const explained = await browser.open('/login/wallet');
	const institution = await browser.submit(explained, {}, '/login/identity?/start');
	await browser.submit(institution, { decision: 'confirmed' }, '', { stopBefore: '/login/continue' });
	await browser.open('/login/continue', { follow: false });
	await browser.open('/login/start?provider=sts-wallet', { stopBefore: '/account' });
	expect(browser.cookies().get(COOKIE)).toBe('1');
}

test('the first page after sign-in says once that the wallet is linked', async () => {
	const arrival = await signInByVerification(browser, landscape.sandbox);
	expect([arrival.url.pathname, says(arrival)]).toEqual(['/account', 1]);
	expect(browser.cookies().has(COOKIE)).toBe(false);
	expect(says(await browser.open('/account'))).toBe(0);
});

test.each(['/help', '/login', '/'])(
	'a public page such as %s also says that the wallet is linked if it is opened first',
	async (path) => {
		await linkWithoutArrival();
		const arrival = await browser.open(path);
		expect([arrival.url.pathname, says(arrival)]).toEqual([path === '/login' ? '/account' : path, 1]);
		expect(says(await browser.open('/account'))).toBe(0);
	}
);

test('a wallet that was already linked causes no linked notice', async () => {
	expect(says(await signInWithWallet(browser, landscape.sandbox))).toBe(0);
	expect(browser.cookies().has(COOKIE)).toBe(false);
});

test('HEAD and a prefetch do not count as a view', async () => {
	await linkWithoutArrival();
	await browser.call('/account', { method: 'HEAD', headers: { accept: 'text/html' } });
	await browser.call('/account', { headers: { accept: 'text/html', 'sec-purpose': 'prefetch' } });
	expect(says(await browser.open('/account'))).toBe(1);
});

test('the next person at a shared computer does not see the linked notice after a sign-out', async () => {
	await linkWithoutArrival();
	const signedOut = await browser.open('/api/auth/signout', { form: {} });
	expect([says(signedOut), browser.cookies().has(COOKIE)]).toEqual([0, false]);
	expect(says(await signInAtInstitution(browser))).toBe(0);
});

test('the next person at a shared computer does not see the linked notice if only the session cookie is gone', async () => {
	await linkWithoutArrival();
	browser.putCookie('portal.session', '');
	expect(says(await browser.open('/help'))).toBe(0);
	expect(says(await signInAtInstitution(browser))).toBe(0);
	expect(browser.cookies().has(COOKIE)).toBe(false);
});
