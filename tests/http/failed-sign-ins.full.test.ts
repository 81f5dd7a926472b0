import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { en } from '../e2e/support/texts.ts';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { fromSts, institutionFailures, QUERY, RETURN_TO } from './support/failed-sign-ins.ts';
import { walletFailures } from './support/failed-wallet-sign-ins.ts';
import { ageFlow, changeSession } from './support/held-session.ts';
import { callbackOf, signInAtInstitution } from './support/journeys.ts';

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

const sandbox = () => landscape.sandbox;

/** Whether a link or form on the page keeps the return path. */
function offersReturn({ text }: Visit): boolean {
	const plain = text.replaceAll('&amp;', '&');
	return plain.includes(QUERY) || plain.includes(`name="returnTo" value="${RETURN_TO}"`);
}

describe('the return path is kept if', () => {
	test.each([...institutionFailures, ...walletFailures])('%s', async (_, expected, fail) => {
		const page = await fail({ browser, landscape, sandbox: sandbox() });
		expect(page.url.search + page.text.replaceAll('&#39;', "'")).toContain(expected);
		expect(offersReturn(page), `${page.url.href} (${page.status})\n${page.text}`).toBe(true);
	});
});

describe('a page that needs a session is the return path if', () => {
	const PAGE = '/account?from=here';
	const expectKept = ({ url, text }: Visit) => {
		expect([url.pathname, url.searchParams.get('returnTo')]).toEqual(['/login', PAGE]);
		expect(text.replaceAll('&amp;', '&')).toContain(new URLSearchParams({ returnTo: PAGE }).toString());
	};

	test('nobody is signed in', async () => expectKept(await browser.open(PAGE)));

	test('the session has ended', async () => {
		await signInAtInstitution(browser);
		await changeSession(browser, landscape, { endsAt: Math.floor(Date.now() / 1000) - 1 });
		expectKept(await browser.open(PAGE));
	});

	test('the STS has ended the session', async () => {
		await signInAtInstitution(browser);
		sandbox().scenario('sts-error', { operation: 'token:refresh', error: 'invalid_grant' });
		await changeSession(browser, landscape, { refreshAt: 0, expiresAt: 0 });
		expectKept(await browser.open(PAGE));
	});

	test('the STS refuses the sign-in that unlinking a wallet needs', async () => {
		await signInAtInstitution(browser);
		const start = `/login/start?${new URLSearchParams({ provider: 'sts', prompt: 'login', returnTo: PAGE })}`;
		sandbox().scenario('login-error', { error: 'access_denied' });
		const institution = await browser.open(start);
		expectKept(await browser.submit(institution, { person: 'known-student' }));
	});
});

test.each([16, 120])(
	'a person who was away for %i minutes gets an explanation, and starts again by one link',
	async (minutes) => {
		const callback = await callbackOf(browser, { returnTo: RETURN_TO });
		const redemptions = sandbox().count('sts.token:code');
		const page = await browser.open(await ageFlow(browser, landscape, callback, minutes), fromSts(landscape));
		expect(page.url.searchParams.get('error')).toBe('sign_in_expired');
		expect(page.text).toContain(en.login.errors.sign_in_expired.what);
		expect(sandbox().count('sts.token:code')).toBe(redemptions);
		const [, notice = ''] = /class="notice error[^>]*>(.*?)<\/div>/s.exec(page.text) ?? [];
		const again = linkIn({ ...page, text: notice }, '/login/start?');
		// The person has just signed in at the institution, and need not do so again.
		expect((await browser.open(again)).url.href).toBe(landscape.url + RETURN_TO);
	}
);
