import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { identity as words } from '../../src/lib/i18n/en/identity.ts';
import type { IdentityOutcome } from '../../src/lib/wallet/view.ts';
import { Browser, headingOf, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import type { PersonId } from '../sandbox/people.ts';
import { copyOf } from './support/held-session.ts';
import { sessionPath, sharedWalletSession } from './support/journeys.ts';

const confirm = '/login/identity?/confirm';
const reject = '/login/identity?/reject';

describe.each(['field', 'doc'] as const)('with a Bridge in the dialect "%s"', (dialect) => {
	let landscape: Landscape;
	let browser: Browser;

	beforeAll(async () => {
		landscape = await startLandscape({ runtime, dialect, env: { WALLET_QUERY_ID: 'eduid' } });
	});
	afterAll(() => landscape.stop());
	beforeEach(() => {
		landscape.sandbox.reset();
		browser = new Browser(landscape.url);
	});

	const submissions = () => landscape.sandbox.count('bridge.idv-submit');

	/** The confirmation page, after a wallet has responded. */
	async function confirmationOf(person: PersonId): Promise<{ readonly id: string; readonly page: Visit }> {
		const id = await sharedWalletSession(browser, landscape.sandbox, person);
		const page = await browser.open('/login/wallet');
		expect(headingOf(page)).toBe(person === 'several-candidates' ? words.confirm.choose : words.confirm.title);
		return { id, page };
	}

	/** Presses the second button of the form, which sends the form to another address. */
	function say(button: string, { text }: Visit): Promise<Visit> {
		const [, address = '', label = ''] = /<button[^>]* formaction="([^"]*)"[^>]*>\s*([^<]*?)\s*</.exec(text) ?? [];
		expect([address, label]).toEqual([reject, button]);
		return browser.open(address, { form: {} });
	}

	function expectEnding(page: Visit, outcome: IdentityOutcome): void {
		const { title, what, next } = words.ended[outcome];
		expect(headingOf(page)).toBe(title);
		for (const text of [what, next, 'help desk']) expect(page.text).toContain(text);
	}

	test.each([
		['unknown-employee', words.confirm.notMe],
		['several-candidates', words.confirm.noneOfThese]
	] as const)('%s: "%s" links nothing, and shows a page that says what to do now', async (person, button) => {
		const { page } = await confirmationOf(person);
		const ended = await say(button, page);
		expectEnding(ended, 'not-me');
		expect(ended.url.pathname).toBe('/login/identity');
		expect(submissions()).toBe(0);
		expect((await browser.call('/api/auth/session')).text).toBe('null');
		expect([...browser.cookies().keys()].filter((name) => name.includes('wallet.'))).toEqual([]);
	});

	test('a rejected wallet session cannot be confirmed, completed or started, even with a copy of its cookies', async () => {
		const { id, page } = await confirmationOf('unknown-employee');
		const copy = copyOf(browser, landscape.url);
		await say(words.confirm.notMe, page);
		for (const action of [confirm, '/login/identity?/start'])
			expect(headingOf(await copy.open(action, { form: {} }))).toBe(words.ended.expired.title);
		for (const call of ['complete', 'idv/submit', 'idv/initiate']) {
			const json = call === 'idv/submit' ? { confirm: true } : {};
			expect([call, (await copy.call(sessionPath(id, call), { method: 'POST', json })).status]).toEqual([call, 404]);
		}
		expect(submissions()).toBe(0);
	});

	test('the page links to the login page with the return path of the sign-in', async () => {
		const started = await browser.submit(await browser.open('/login?returnTo=/help'), {}, '/login/wallet?/start');
		const { id = '' } = landscape.sandbox.sessionByLink(linkIn(started, 'request_uri=')) ?? {};
		await landscape.sandbox.share(id, 'unknown-employee');
		// The first page has read the status, and the portal caches it for a moment.
		await expect.poll(async () => headingOf(await browser.open('/login/wallet'))).toBe(words.confirm.title);
		const ended = await say(words.confirm.notMe, await browser.open('/login/identity'));
		expect(linkIn(ended, '/login?')).toBe('/login?returnTo=%2Fhelp');
	});

	test('another site cannot reject on behalf of a person', async () => {
		await confirmationOf('unknown-employee');
		const foreign = await browser.open(reject, { form: {}, from: landscape.sandbox.institutionUrl });
		expect(foreign.status).toBe(403);
		expect(headingOf(await browser.open('/login/identity'))).toBe(words.confirm.title);
	});

	test('a rejection in another browser does not end the wallet session', async () => {
		await confirmationOf('unknown-employee');
		await new Browser(landscape.url).open(reject, { form: {} });
		expect(headingOf(await browser.open('/login/identity'))).toBe(words.confirm.title);
	});

	test('a rejection after a confirmation does not claim that nothing was linked', async () => {
		landscape.sandbox.scenario('review-never');
		const { page } = await confirmationOf('unknown-employee');
		expect(headingOf(await browser.submit(page, {}, confirm))).toBe(words.review.title);
		expectEnding(await say(words.confirm.notMe, page), 'not-me-late');
		expect((await browser.call('/api/auth/session')).text).toBe('null');
	});

	test('a rejection after a confirmation whose response was lost does not claim that nothing was linked', async () => {
		const { page } = await confirmationOf('unknown-employee');
		landscape.sandbox.scenario('bridge-lost', { operation: 'idv-submit' });
		await browser.open(confirm, { form: {} });
		expect(submissions()).toBeGreaterThan(0);
		expectEnding(await say(words.confirm.notMe, page), 'not-me-late');
		expect((await browser.call('/api/auth/session')).text).toBe('null');
	});

	test('a rejection while the Bridge is down ends the sign-in, and does not claim that nothing was linked', async () => {
		const { page } = await confirmationOf('unknown-employee');
		landscape.sandbox.scenario('bridge-down');
		expectEnding(await say(words.confirm.notMe, page), 'not-me-late');
	});
});
