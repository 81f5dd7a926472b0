import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { personById } from '../sandbox/people.ts';
import {
	callbackOf,
	createWalletSession,
	sharedWalletSession,
	signInAtInstitution,
	sessionPath
} from './support/journeys.ts';

/** What one person leaves behind for the next at the same browser. */
let usual: Landscape;
/** The STS of this landscape has no `end_session_endpoint`. */
let withoutEndSession: Landscape;
let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	[usual, withoutEndSession] = await Promise.all([startLandscape({ runtime }), startLandscape({ runtime })]);
	withoutEndSession.sandbox.scenario('no-end-session');
});
afterAll(() => Promise.all([usual.stop(), withoutEndSession.stop()]));
beforeEach(() => {
	usual.sandbox.reset();
	use(usual);
});

function use(one: Landscape): void {
	landscape = one;
	browser = new Browser(landscape.url);
}

const signOut = () => browser.open('/api/auth/signout', { form: {}, follow: false });
const isMarked = () => browser.cookies().has('portal.signedout');

/** The `prompt` that the portal sends when a person chooses an institution. */
async function promptOfNextSignIn(): Promise<string | null> {
	await browser.open('/login', { follow: false });
	const start = await browser.open('/login/start?provider=sts&institution=uni-noord', { follow: false });
	const { searchParams } = new URL(start.headers.get('location') ?? '');
	if (!searchParams.has('request_uri')) return searchParams.get('prompt');
	const [pushed] = landscape.sandbox.lastRequests('sts', 'par').slice(-1);
	return new URLSearchParams(pushed?.body).get('prompt');
}

describe('after a sign-out', () => {
	test('if the STS has no end-session page, it authenticates the next person once', async () => {
		use(withoutEndSession);
		await signInAtInstitution(browser);
		await signOut();
		expect(browser.cookies().has('portal.departure')).toBe(false);
		expect(await promptOfNextSignIn()).toBe('login');
		// An abandoned attempt is not a sign-in.
		expect(await promptOfNextSignIn()).toBe('login');
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
		expect(isMarked()).toBe(false);
		expect(await promptOfNextSignIn()).toBeNull();
	});

	test('if the browser did not return from the end-session page, the STS authenticates the next person', async () => {
		await signInAtInstitution(browser);
		await signOut();
		await browser.open('/signed-out', { follow: false });
		expect(await promptOfNextSignIn()).toBe('login');
	});

	test('the next sign-in is a normal one if the STS has ended its session', async () => {
		const account = await signInAtInstitution(browser);
		const home = await browser.submit(account, {}, '/api/auth/signout');
		expect([home.url.pathname, home.text.includes('signed out'), isMarked()]).toEqual(['/', true, false]);
		expect(await promptOfNextSignIn()).toBeNull();
	});

	test.each(['signed_out', '1', 'A'.repeat(22)])(
		'a link of another site with the state %s is no return from the STS, which authenticates the next person',
		async (state) => {
			await signInAtInstitution(browser);
			await signOut();
			const home = await browser.open(`/?state=${state}`, { from: 'https://evil.example' });
			expect([home.text.includes('signed out'), isMarked()]).toEqual([false, true]);
			expect(await promptOfNextSignIn()).toBe('login');
		}
	);

	test.each([
		['HEAD', { method: 'HEAD' }],
		['a prefetch', { headers: { 'sec-purpose': 'prefetch' } }]
	])('%s of the return page has no side effects', async (_, options) => {
		await signInAtInstitution(browser);
		await signOut();
		await browser.call(`/?state=${browser.cookies().get('portal.signedout')}`, options);
		expect(isMarked()).toBe(true);
	});

	test('an unfinished sign-in in another tab creates no session', async () => {
		const { pathname, search } = await callbackOf(browser);
		await signOut();
		const back = await browser.open(pathname + search, { from: landscape.sandbox.stsUrl });
		expect(back.url.pathname).toBe('/login');
		expect((await browser.call('/api/auth/session')).text).toBe('null');
	});

	test('the browser keeps no data about the person', async () => {
		await signInAtInstitution(browser);
		await createWalletSession(browser);
		await signOut();
		const left = [...browser.cookies().keys()].filter((name) => name.startsWith('portal.'));
		expect(left.sort()).toEqual(['portal.departure', 'portal.login', 'portal.signedout']);
		expect((await browser.open('/login')).text).not.toContain('id="last"');
	});
});

test.each(['unknown-student', 'unknown-employee'] as const)(
	'a sign-in ends the wallet sessions of the person before (%s)',
	async (person) => {
		const id = await sharedWalletSession(browser, landscape.sandbox, person);
		const copy = browser.cookies().get(`portal.wallet.${id}`) ?? '';
		await signInAtInstitution(browser, 'known-student');
		browser.putCookie(`portal.wallet.${id}`, copy);
		const completed = await browser.call(sessionPath(id, 'complete'), { method: 'POST', json: {} });
		const page = await browser.open('/login/identity');
		expect([completed.status, page.text.includes(personById(person).givenName)]).toEqual([404, false]);
	}
);

describe('closing the browser', () => {
	const setCookies = () => browser.visits.flatMap(({ headers }) => headers.getSetCookie());

	/** The browser, closed and opened again. */
	function reopened(): Browser {
		const lasting = new Map(
			setCookies().map((line) => [line.slice(0, line.indexOf('=')), line.includes('; Max-Age=')])
		);
		const next = new Browser(landscape.url);
		for (const [name, value] of browser.cookies()) if (lasting.get(name)) next.putCookie(name, value);
		return next;
	}

	test.each(['/login/wallet', '/login/identity'])(
		'while a wallet responds, leaves nothing of that to the next person at %s',
		async (path) => {
			await sharedWalletSession(browser, landscape.sandbox, 'known-student');
			const next = reopened();
			expect([...next.cookies().keys()]).toEqual(['portal.login']);
			const page = await next.open(path);
			expect([page.url.pathname, page.text.includes('Sanne')]).toEqual(['/login/wallet', false]);
			expect((await next.call('/api/me')).status).toBe(401);
		}
	);

	test('on a phone, while its wallet is open, loses nothing', async () => {
		browser = new Browser(landscape.url, { userAgent: 'Mozilla/5.0 (Linux; Android 10; K) Mobile Safari/537.36' });
		await sharedWalletSession(browser, landscape.sandbox, 'known-student');
		expect((await reopened().open('/login/wallet?response_code=1')).url.pathname).toBe('/account');
	});

	test.each([
		['the script of the page has corrected', () => browser.open('/login/wallet?device=this')],
		['the person has chosen', () => browser.open('/login/wallet?/device', { form: { device: 'this' } })]
	])('loses no code whose device %s', async (_, say) => {
		const id = await createWalletSession(browser);
		expect([...reopened().cookies().keys()]).not.toContain(`portal.wallet.${id}`);
		await say();
		expect([...reopened().cookies().keys()]).toContain(`portal.wallet.${id}`);
	});

	test('ends a session and a completed wallet session: neither cookie is persistent', async () => {
		await signInAtInstitution(browser);
		const id = await sharedWalletSession(browser, landscape.sandbox, 'known-student');
		await browser.call(sessionPath(id, 'complete'), { method: 'POST', json: {} });
		const last = (name: string) => setCookies().findLast((line) => line.startsWith(`${name}=`));
		expect(last('portal.session')).toMatch(/^portal\.session=[\w-]+; Path=\/; HttpOnly; SameSite=Lax$/);
		expect(last(`portal.wallet.${id}`)).toMatch(/=[\w-]+; Path=\/; HttpOnly; SameSite=Lax$/);
	});
});

test('with SESSION_COOKIE_PERSISTENT a session outlives the browser', async () => {
	const persistent = await startLandscape({ runtime, env: { SESSION_COOKIE_PERSISTENT: 'true' } });
	try {
		browser = new Browser(persistent.url);
		await signInAtInstitution(browser);
		const lines = browser.visits.flatMap(({ headers }) => headers.getSetCookie());
		expect(lines.find((line) => line.startsWith('portal.session='))).toMatch(/; Max-Age=86(?:400|39\d);/);
	} finally {
		await persistent.stop();
	}
});
