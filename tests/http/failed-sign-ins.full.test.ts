import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { en } from '../e2e/support/texts.ts';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { scrape } from '../harness/scrape.ts';
import { fromSts, institutionFailures, QUERY, RETURN_TO, returnLargeTokens } from './support/failed-sign-ins.ts';
import { walletFailures } from './support/failed-wallet-sign-ins.ts';
import { ageFlow, changeSession, heldSession } from './support/held-session.ts';
import { callbackOf, nextCallbackOf, signInAtInstitution } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;
let metricsPort: number;
beforeAll(async () => {
	metricsPort = await freePort();
	landscape = await startLandscape({ runtime, env: { METRICS_PORT: String(metricsPort) } });
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

/** The sign-ins that were counted with this result, for each method, and the lines of this event in the audit log. */
async function recorded(result: string, event: string) {
	const { samples } = await scrape(metricsPort);
	const countOf = (method: string) => samples.get(`portal_sign_ins_total{method="${method}",result="${result}"}`);
	return { counts: ['institution', 'wallet'].map(countOf), lines: landscape.portal.logs().split(`"${event}"`).length };
}

describe('the return path is kept, and no sign-in counts as succeeded, if', () => {
	test.each([...institutionFailures, ...walletFailures])('%s', async (_, expected, fail) => {
		const before = await recorded('ok', 'sign_in.succeeded');
		const page = await fail({ browser, landscape, sandbox: sandbox() });
		expect(page.url.search + page.text.replaceAll('&#39;', "'")).toContain(expected);
		expect(offersReturn(page), `${page.url.href} (${page.status})\n${page.text}`).toBe(true);
		expect(await recorded('ok', 'sign_in.succeeded')).toEqual(before);
	});
});

test('a sign-in whose tokens are too large counts as failed, and the person keeps the session that they had', async () => {
	await signInAtInstitution(browser);
	const { id } = await heldSession(browser, landscape);
	const { counts, lines } = await recorded('session_too_large', 'sign_in.failed');
	returnLargeTokens(landscape);
	const page = await browser.open(await nextCallbackOf(browser), fromSts(landscape));
	expect(page.text).toContain(en.login.errors.session_too_large.what);
	const [institution = 0, wallet] = counts;
	await expect
		.poll(() => recorded('session_too_large', 'sign_in.failed'))
		.toEqual({ counts: [institution + 1, wallet], lines: lines + 2 });
	expect((await heldSession(browser, landscape)).id).toBe(id);
	expect((await browser.call('/api/me')).status).toBe(200);
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
