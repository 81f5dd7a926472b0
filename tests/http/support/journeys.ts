import * as v from 'valibot';
import { expect } from 'vitest';
import { type Browser, linkIn, type Visit } from '../../harness/browser.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { personById, type PersonId } from '../../sandbox/people.ts';

const Created = v.pipe(v.string(), v.parseJson(), v.object({ sessionId: v.string() }));
const Completed = v.pipe(v.string(), v.parseJson(), v.object({ continueUrl: v.string() }));

/** The path of a route of a wallet session. */
export const sessionPath = (id: string, rest: string) => `/api/wallet/sessions/${id}/${rest}`;

/** Signs in at the person's institution, starting at the login page; returns the last page. */
export async function signInAtInstitution(browser: Browser, person: PersonId = 'known-student'): Promise<Visit> {
	const login = await browser.open('/login');
	const institution = await browser.open(linkIn(login, `institution=${personById(person).institutionId}`));
	return browser.submit(institution, { person });
}

/** Signs in at the institution without opening the callback; returns the callback's URL. */
export async function callbackOf(
	browser: Browser,
	{ returnTo = '/account', decision = {} }: { returnTo?: string; decision?: Readonly<Record<string, string>> } = {}
): Promise<URL> {
	return callbackFrom(browser, await institutionOf(browser, returnTo), decision);
}

/** As `callbackOf`, for a person who is signed in already: they authenticate again. */
export async function nextCallbackOf(browser: Browser): Promise<URL> {
	const query = new URLSearchParams({
		provider: 'sts',
		institution: 'uni-noord',
		prompt: 'login',
		returnTo: '/account'
	});
	return callbackFrom(browser, await browser.open(`/login/start?${query}`));
}

async function callbackFrom(browser: Browser, institution: Visit, decision = {}): Promise<URL> {
	const response = { person: 'known-student', ...decision };
	const last = await browser.submit(institution, response, '', { stopBefore: '/api/auth/callback/' });
	return new URL(last.headers.get('location') ?? '', last.url);
}

/** Goes from the login page to the sign-in page of an institution. */
export async function institutionOf(browser: Browser, returnTo = '/account'): Promise<Visit> {
	const login = await browser.open(`/login?${new URLSearchParams({ returnTo })}`);
	return browser.open(linkIn(login, 'institution=uni-noord'));
}

/** Loads the login page, and creates a wallet session through the API; returns its id. */
export async function createWalletSession(browser: Browser): Promise<string> {
	await browser.open('/login');
	const created = await browser.call('/api/wallet/sessions', { method: 'POST', json: {} });
	return v.parse(Created, created.text).sessionId;
}

/** Expects the login page with this error and a help code. */
export function expectLoginError({ url }: Visit, error: string, returnTo: string | null = null): void {
	const { helpCode, endedAt = '', ...query } = Object.fromEntries(url.searchParams);
	expect([url.pathname, query]).toEqual(['/login', { error, ...(returnTo !== null && { returnTo }) }]);
	expect(helpCode).toMatch(/^[\da-f]{12}$/);
	expect(endedAt).toMatch(error.startsWith('session_e') ? /^\d{10}$/ : /^$/);
}

/** Creates a wallet session of this browser to which a wallet has responded. */
export async function sharedWalletSession(browser: Browser, sandbox: Sandbox, person: PersonId): Promise<string> {
	const id = await createWalletSession(browser);
	await sandbox.share(id, person);
	return id;
}

/** Signs in with a linked wallet through the API, as a page with JavaScript does. */
export async function signInWithWallet(browser: Browser, sandbox: Sandbox): Promise<Visit> {
	const id = await sharedWalletSession(browser, sandbox, 'known-student');
	const completed = await browser.call(sessionPath(id, 'complete'), { method: 'POST' });
	return browser.open(v.parse(Completed, completed.text).continueUrl);
}

/** Links an unknown wallet by a visit to the institution, with links and forms only, and signs in. */
export async function signInByVerification(browser: Browser, sandbox: Sandbox): Promise<Visit> {
	await sharedWalletSession(browser, sandbox, 'unknown-student');
	const explained = await browser.open('/login/wallet');
	const institution = await browser.submit(explained, {}, '/login/identity?/start');
	return browser.submit(institution, { decision: 'confirmed' });
}
