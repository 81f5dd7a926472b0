import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { account } from '../../src/lib/i18n/en/account.ts';
import { identity as words } from '../../src/lib/i18n/en/identity.ts';
import { idvReasons, type IdentityOutcome } from '../../src/lib/wallet/view.ts';
import { Browser, headingOf, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import type { PersonId } from '../sandbox/people.ts';
import { sessionPath, sharedWalletSession } from './support/journeys.ts';

const start = '/login/identity?/start';
const confirm = '/login/identity?/confirm';

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

	/** The identity page after a wallet has responded. */
	async function identityPage(person: PersonId = 'unknown-student'): Promise<Visit> {
		await sharedWalletSession(browser, landscape.sandbox, person);
		return browser.open('/login/wallet');
	}

	const plan = (planType: string, reason = 'FIRST_TIME_LINK') =>
		landscape.sandbox.scenario('plan', { planType, reason });

	function expectEnding(page: Visit, outcome: IdentityOutcome): void {
		expect(headingOf(page)).toBe(words.ended[outcome].title);
		expect(page.text).toContain(words.ended[outcome].next);
	}

	test.each(idvReasons)(
		'the reason %s is explained before a visit to the institution and on the confirmation page',
		async (reason) => {
			plan('RUN_IDV', reason);
			const visit = await identityPage();
			expect([headingOf(visit), visit.text]).toEqual([
				words.explain.title,
				expect.stringContaining(words.reasons[reason])
			]);
			landscape.sandbox.reset();
			plan('MANUAL_REVIEW', reason);
			const ownPage = await identityPage();
			const asksWhich = reason === 'CANDIDATE_MATCH_CONFIRMATION';
			const heading = asksWhich ? words.confirm.choose : words.confirm.title;
			const why = asksWhich ? words.confirm.chooseReason : words.reasons[reason];
			expect([headingOf(ownPage), ownPage.text]).toEqual([heading, expect.stringContaining(why)]);
		}
	);

	test('a stronger check is explained as such', async () => {
		plan('STEP_UP', 'EXPIRED_BINDING');
		const page = await identityPage();
		expect(page.text).toContain(words.stepUp);
		expect(page.text).toContain(words.explain.next['step-up']);
	});

	test.each(['SKIP_RECONCILIATION', 'USE_EXISTING_BINDING'])(
		'%s signs the person in without identity verification',
		async (planType) => {
			plan(planType);
			const page = await identityPage();
			expect(page.text).toContain(words.explain.next.none);
			expect((await browser.submit(page, {}, start)).url.pathname).toBe('/account');
		}
	);

	test('FAIL_CLOSED ends the sign-in before identity verification starts', async () => {
		plan('FAIL_CLOSED');
		expectEnding(await identityPage(), 'not-possible');
		expect(landscape.sandbox.count('bridge.idv-initiate')).toBe(0);
	});

	test('an unknown plan type without a redirect shows that no confirmation is offered', async () => {
		plan('A_NEW_METHOD');
		expectEnding(await browser.submit(await identityPage(), {}, start), 'confirmation-not-offered');
	});

	/** Whether the page itself says that the wallet is linked; its hydration data does not count. */
	const saysLinked = ({ text }: Visit) =>
		(/<main.*<\/main>/s.exec(text)?.[0] ?? '').includes(account.wallets.linkedNotice);

	test('a person whose wallet was linked by confirming is informed', async () => {
		const arrival = await browser.submit(await identityPage('unknown-employee'), {}, confirm);
		expect([arrival.url.pathname, saysLinked(arrival)]).toEqual(['/account', true]);
	});

	test('a person whose wallet was linked after a review is informed', async () => {
		landscape.sandbox.scenario('review-never');
		const page = await browser.submit(await identityPage('unknown-employee'), {}, confirm);
		expect(headingOf(page)).toBe(words.review.title);
		landscape.sandbox.lift('review-never');
		landscape.sandbox.scenario('review-approves');
		await expect.poll(async () => saysLinked(await browser.open('/login/identity'))).toBe(true);
	});

	test('a person whose wallet was known is not informed of a new link', async () => {
		await sharedWalletSession(browser, landscape.sandbox, 'known-student');
		const arrival = await browser.open('/login/wallet');
		expect([arrival.url.pathname, saysLinked(arrival)]).toEqual(['/account', false]);
	});

	test.each(['SKIP_RECONCILIATION', 'USE_EXISTING_BINDING'])(
		'a person whose link is still valid (%s) is not informed of a new one, even if completing failed at first',
		async (planType) => {
			plan(planType);
			const page = await identityPage();
			landscape.sandbox.scenario('bridge-down', { operation: 'complete' });
			await browser.submit(page, {}, start);
			landscape.sandbox.lift('bridge-down');
			const arrival = await browser.open('/login/identity');
			expect([arrival.url.pathname, saysLinked(arrival)]).toEqual(['/account', false]);
		}
	);

	test('a callback from the institution with a wrong state does not sign the person in', async () => {
		landscape.sandbox.scenario('idv-wrong-state');
		const institution = await browser.submit(await identityPage(), {}, start);
		const page = await browser.submit(institution, { decision: 'confirmed' });
		expect(page.url.pathname).toMatch(/^\/login/);
		expect((await browser.call('/api/auth/session')).text).toBe('null');
	});

	/** The reasons of failed identity verifications in the audit log, from this line on. */
	const failuresSince = (line: number) =>
		landscape.portal
			.logs()
			.split('\n')
			.slice(line)
			.filter((text) => text.includes('identity_verification.failed'))
			.map((text) => (JSON.parse(text) as { properties: { reason: string } }).properties.reason);
	const lines = () => landscape.portal.logs().split('\n').length - 1;

	test('a confirmation that is not accepted, in a 200, is explained and audited as a failure', async () => {
		const before = lines();
		landscape.sandbox.scenario('idv-result', { status: 'FAILED', error: 'no_match' });
		expectEnding(await browser.submit(await identityPage('unknown-employee'), {}, confirm), 'no-match');
		await expect.poll(() => failuresSince(before)).toEqual(['no_match']);
	});

	test('a confirmation after which identity verification is required can be repeated, and then signs the person in', async () => {
		const before = lines();
		landscape.sandbox.scenario('idv-result', { status: 'IDV_REQUIRED', times: 1 });
		expectEnding(await browser.submit(await identityPage('unknown-employee'), {}, confirm), 'failed');
		const again = await browser.open('/login/identity');
		expect(headingOf(again)).toBe(words.confirm.title);
		expect((await browser.submit(again, {}, confirm)).url.pathname).toBe('/account');
		await expect.poll(() => failuresSince(before)).toEqual(['idv_failed']);
	});

	test('an API call to confirm gets the problem of a confirmation that is not accepted, and can be repeated', async () => {
		const id = await sharedWalletSession(browser, landscape.sandbox, 'unknown-employee');
		await browser.call(sessionPath(id, 'complete'), { method: 'POST' });
		landscape.sandbox.scenario('idv-result', { status: 'IDV_REQUIRED', times: 1 });
		const submit = () => browser.call(sessionPath(id, 'idv/submit'), { method: 'POST', json: { confirm: true } });
		const refused = await submit();
		expect([refused.status, JSON.parse(refused.text)]).toMatchObject([409, { error: 'idv_failed' }]);
		expect((await submit()).status).toBe(200);
		expect((await browser.call(sessionPath(id, 'complete'), { method: 'POST' })).status).toBe(200);
	});

	test('a visit after which identity verification is still required can be repeated, and then signs the person in', async () => {
		landscape.sandbox.scenario('idv-result', { status: 'IDV_REQUIRED', times: 1 });
		const institution = await browser.submit(await identityPage(), {}, start);
		// In the dialect "field", the STS calls the Auth Bridge: the portal reads only the status.
		const shown = dialect === 'doc' ? words.ended.failed : words.explain;
		expect(headingOf(await browser.submit(institution, { decision: 'confirmed' }))).toBe(shown.title);
		const again = await browser.submit(await browser.open('/login/identity'), {}, start);
		expect((await browser.submit(again, { decision: 'confirmed' })).url.pathname).toBe('/account');
	});

	test('a pending review is shown, also after a reload, and the sign-in continues after its approval', async () => {
		landscape.sandbox.scenario('review-never');
		const page = await browser.submit(await identityPage('unknown-employee'), {}, confirm);
		expect(headingOf(page)).toBe(words.review.title);
		expect(headingOf(await browser.open('/login/identity'))).toBe(words.review.title);
		expect(landscape.sandbox.count('bridge.idv-submit')).toBe(1);
		landscape.sandbox.lift('review-never');
		landscape.sandbox.scenario('review-approves');
		await expect.poll(async () => (await browser.open('/login/identity')).url.pathname).toBe('/account');
	});
});

describe('with a Bridge that returns the plan only when identity verification starts', () => {
	let landscape: Landscape;

	beforeAll(async () => {
		landscape = await startLandscape({ runtime });
	});
	afterAll(() => landscape.stop());

	test('the portal shows the confirmation page, waits for the review, and signs the person in', async () => {
		const browser = new Browser(landscape.url);
		landscape.sandbox.scenario('no-idv-status');
		landscape.sandbox.scenario('review-never');
		await sharedWalletSession(browser, landscape.sandbox, 'unknown-employee');
		const explained = await browser.open('/login/wallet');
		expect(headingOf(explained)).toBe(words.explain.title);
		const asked = await browser.submit(explained, {}, start);
		expect(headingOf(asked)).toBe(words.confirm.title);
		expect(headingOf(await browser.submit(asked, {}, confirm))).toBe(words.review.title);
		landscape.sandbox.lift('review-never');
		await expect.poll(async () => (await browser.open('/login/identity')).url.pathname).toBe('/account');
	});
});
