import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, sessionPath, signInAtInstitution } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;
let session: string;
let wallet: { id: string; value: string };
let login: string;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
	const owner = new Browser(landscape.url);
	await signInAtInstitution(owner);
	const id = await createWalletSession(owner);
	const cookie = (name: string) => owner.cookies().get(name) ?? '';
	session = cookie('portal.session');
	wallet = { id, value: cookie(`portal.wallet.${id}`) };
	await owner.call('/api/auth/signout', { method: 'POST' });
	await owner.open('/login');
	login = cookie('portal.login');
});
afterAll(() => landscape.stop());
beforeEach(() => {
	browser = new Browser(landscape.url);
});

const isSignedIn = async () => (await browser.call('/api/auth/session')).text !== 'null';

test('the original cookies are valid', async () => {
	expect([session, wallet.value, login].map((value) => value.length > 50)).toEqual([true, true, true]);
	browser.putCookie(`portal.wallet.${wallet.id}`, wallet.value);
	expect((await browser.call(sessionPath(wallet.id, 'status'))).status).toBe(200);
});

test.each([
	['truncated', () => session.slice(0, -4)],
	['with one character changed', () => flipped(session)],
	['with appended characters', () => `${session}AAAA`],
	['of another purpose: a wallet session', () => wallet.value],
	['of another purpose: a login transaction', () => login],
	['that is an unsigned JWT', () => 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJldmlsIn0.'],
	['of invalid percent-encoding', () => '%zz%'],
	['of JSON', () => '{"sub":"evil"}'],
	['of 4,000 characters', () => 'A'.repeat(4000)]
])('a session cookie %s is not accepted', async (_, value) => {
	browser.putCookie('portal.session', value());
	expect(await isSignedIn()).toBe(false);
	expect((await browser.call('/api/me')).status).toBe(401);
	expect((await browser.open('/account')).url.pathname).toBe('/login');
});

test.each([
	['chunks with a gap', ['.0', '.2']],
	['chunks from the second on', ['.1', '.2']],
	['chunks of odd names', ['.00', '.x']]
])('a session in %s is not accepted', async (_, [first = '', second = '']) => {
	browser.putCookie(`portal.session${first}`, session.slice(0, 500));
	browser.putCookie(`portal.session${second}`, session.slice(500));
	expect(await isSignedIn()).toBe(false);
});

test.each([
	['a session', () => session],
	['a wallet session', () => wallet.value],
	['nothing', () => 'x']
])('a login cookie made of %s cannot create a wallet session', async (_, value) => {
	browser.putCookie('portal.login', value());
	expect((await browser.call('/api/wallet/sessions', { method: 'POST', json: {} })).status).toBe(401);
});

test('a wallet cookie that is altered or has another id gives no access to a wallet session', async () => {
	browser.putCookie('portal.login', login);
	browser.putCookie(`portal.wallet.${wallet.id}`, flipped(wallet.value));
	browser.putCookie(`portal.wallet.${'0'.repeat(32)}`, wallet.value);
	expect((await browser.call(sessionPath(wallet.id, 'status'))).status).toBe(404);
	expect((await browser.call(sessionPath('0'.repeat(32), 'status'))).status).toBe(404);
});

test.each([
	'portal.locale',
	'portal.flow.x',
	'portal.flow.0mf00000000000000',
	'portal.pkce.0',
	'portal.departure',
	'portal.wallet.',
	'portal.callback'
])('garbage in %s does not break any page', async (name) => {
	browser.putCookie(name, '"><script>alert(1)</script>');
	const paths = ['/', '/login', '/login/wallet', '/login/identity', '/signed-out', '/help'];
	const pages = await Promise.all(paths.map((path) => browser.open(path)));
	expect(pages.map(({ status }) => status)).toEqual(paths.map(() => 200));
	expect(pages.filter(({ text }) => text.includes('alert(1)'))).toEqual([]);
});

test('a hundred foreign cookies do not hide the portal’s own', async () => {
	browser.putCookie('portal.login', login);
	for (let index = 0; index < 100; index++) browser.putCookie(`portal.wallet.evil${index}`, 'x');
	expect((await browser.call('/api/wallet/sessions', { method: 'POST', json: {} })).status).toBe(201);
});

test('oversized cookies are refused or ignored, and the portal keeps serving requests', async () => {
	const headers = { cookie: `portal.session=${'A'.repeat(60_000)}` };
	const response = await rawRequest(landscape.portal.port, { path: '/api/auth/session', headers });
	expect([200, 431]).toContain(response.status);
	expect(response.headers['x-content-type-options']).toBe('nosniff');
	expect(await isSignedIn()).toBe(false);
});

function flipped(sealed: string): string {
	const middle = Math.floor(sealed.length / 2);
	return sealed.slice(0, middle) + (sealed[middle] === 'A' ? 'B' : 'A') + sealed.slice(middle + 1);
}
