import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { wallet } from '../../src/lib/i18n/en/wallet.ts';
import { Browser, headingOf } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { claimsOf, federatedSubject } from '../sandbox/identity.ts';
import { personById, type PersonId } from '../sandbox/people.ts';
import {
	createWalletSession,
	sharedWalletSession,
	signInAtInstitution,
	signInByVerification,
	signInWithWallet
} from './support/journeys.ts';

describe.each(['field', 'doc'] as const)('with a Bridge in the %s dialect', (dialect) => {
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

	test('a person signs in at the institution, and both session endpoints identify them', async () => {
		const account = await signInAtInstitution(browser);
		expect(account).toMatchObject({ status: 200, url: { pathname: '/account' } });
		const expected = viewOf('known-student', 'sts', ['pwd']);
		expect(JSON.parse((await browser.call('/api/auth/session')).text)).toEqual(expected);
		expect(JSON.parse((await browser.call('/api/me')).text)).toEqual(expected);
	});

	test('a person with a linked wallet signs in with it, under the same stable id', async () => {
		const account = await signInWithWallet(browser, landscape.sandbox);
		expect(account).toMatchObject({ status: 200, url: { pathname: '/account' } });
		const expected = viewOf('known-student', 'sts-wallet', ['wallet', 'hwk']);
		expect(JSON.parse((await browser.call('/api/auth/session')).text)).toEqual(expected);
		expect(landscape.sandbox.count('bridge.sts-complete')).toBe(1);
	});

	test('an unknown wallet is linked at the institution, and identifies its person at the next sign-in', async () => {
		const account = await signInByVerification(browser, landscape.sandbox);
		expect(account.url.pathname).toBe('/account');
		const again = new Browser(landscape.url);
		await sharedWalletSession(again, landscape.sandbox, 'unknown-student');
		expect((await again.open('/login/wallet')).url.pathname).toBe('/account');
	});

	test('an unknown wallet is linked by a confirmation on the portal’s own page', async () => {
		await sharedWalletSession(browser, landscape.sandbox, 'unknown-employee');
		const confirm = await browser.open('/login/wallet');
		const account = await browser.submit(confirm, {}, '/login/identity?/confirm');
		expect(account.url.pathname).toBe('/account');
		expect(account.text).toContain('Fatima El Amrani');
	});

	test('a wallet with several candidates is linked to the one that the person chooses', async () => {
		await sharedWalletSession(browser, landscape.sandbox, 'several-candidates');
		const confirm = await browser.open('/login/wallet');
		const asked = await browser.submit(confirm, {}, '/login/identity?/confirm');
		expect(asked).toMatchObject({ status: 400, url: { pathname: '/login/identity' } });
		const account = await browser.submit(asked, { candidateId: 'candidate-2' }, '/login/identity?/confirm');
		expect(account.url.pathname).toBe('/account');
	});

	test.each([
		['that declines', dialect === 'field' ? 'declined' : 'failed', (id: string) => landscape.sandbox.decline(id)],
		['with an expired credential', 'refused', (id: string) => landscape.sandbox.share(id, 'expired-credential')],
		['that does not respond in time', 'expired', (id: string) => landscape.sandbox.expire(id)]
	] as const)('a wallet %s does not sign the person in, and the page offers a new code', async (_, ending, act) => {
		await act(await createWalletSession(browser));
		const page = await browser.open('/login/wallet');
		expect(headingOf(page)).toBe(wallet.ended[ending].title);
		expect(page.text).toContain('action="/login/wallet?/start"');
		expect((await browser.call('/api/auth/session')).text).toBe('null');
	});
});

function viewOf(id: PersonId, provider: 'sts' | 'sts-wallet', amr: string[]) {
	const person = personById(id);
	const { name, email, eduid, schac_home_organization: institution } = claimsOf(person);
	return {
		user: { id: federatedSubject(person), name, email, eduid, institution },
		provider,
		assurance: { acr: expect.stringMatching(/^https:\/\/refeds\.org\/profile\/[sm]fa$/) as string, amr },
		expires: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/) as string,
		expiresInMs: expect.any(Number) as number,
		idleExpiresInMs: null
	};
}
