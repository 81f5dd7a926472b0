import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AlteringProxy, startAlteringProxy } from '../harness/proxy.ts';
import { Browser, linkIn } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { holdsSession, tokensOver } from './support/held-session.ts';
import {
	createWalletSession,
	expectLoginError,
	sessionPath,
	sharedWalletSession,
	signInAtInstitution,
	signInByVerification,
	signInWithWallet
} from './support/journeys.ts';
import { altered, badIds, bridgeChanges, PUSHED_REQUEST, stsChanges } from './support/odd-responses.ts';

let sts: AlteringProxy;
let bridge: AlteringProxy;
let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({
		runtime,
		env: async (sandbox) => {
			[sts, bridge] = await Promise.all([startAlteringProxy(sandbox.stsUrl), startAlteringProxy(sandbox.bridgeUrl)]);
			// Before the first read: discovery and keys are cached.
			sts.alter(altered(stsChanges));
			return { STS_INTERNAL_URL: sts.url, AUTH_BRIDGE_URL: bridge.url };
		}
	});
});
afterAll(async () => {
	await landscape.stop();
	await Promise.all([sts.stop(), bridge.stop()]);
});
beforeEach(() => {
	landscape.sandbox.reset();
	sts.alter(altered(stsChanges));
	bridge.alter(altered(bridgeChanges));
	browser = new Browser(landscape.url);
});

/** The log lines about dropped entries of this list. */
const droppedOf = (list: string) =>
	landscape.portal
		.logs()
		.split('\n')
		.filter((line) => line.includes('were dropped') && line.includes(list));

describe('an STS whose responses are odd but usable', () => {
	test('signs a person in with PKCE, refreshes the tokens and signs out', async () => {
		let pushed = '';
		const alter = altered(stsChanges);
		sts.alter((response) => {
			if (PUSHED_REQUEST.test(response.path)) pushed = response.requestBody;
			alter(response);
		});
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
		expect(pushed).toContain('code_challenge_method=S256');
		await tokensOver(browser, landscape);
		expect((await browser.call('/api/me')).status).toBe(200);
		await browser.call('/api/auth/signout', { method: 'POST' });
		expect([landscape.sandbox.count('sts.par'), landscape.sandbox.count('sts.revocation')]).toEqual([1, 1]);
		expect(landscape.portal.logs()).not.toMatch(/could not be revoked|PKCE/);
	});

	test.each([
		['null', null],
		['empty', '']
	])('signs in a person whose refresh token is %s', async (_what, nothing) => {
		sts.alter(
			altered([
				[
					/\/token$/,
					(body) => ({ ...body, refresh_token: nothing, scope: nothing, expires_in: nothing, token_type: nothing })
				],
				...stsChanges
			])
		);
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
		expect((await browser.call('/api/me')).status).toBe(200);
	});

	test('has its valid institutions listed by their names in the language of the page, and the log reports the others once', async () => {
		const english = await browser.open('/login');
		expect(english.text).toContain('North University');
		const dutch = (await browser.call('/login', { headers: { accept: 'text/html', 'accept-language': 'nl' } })).text;
		expect(dutch).toContain('Universiteit Noord');
		for (const text of [english.text, dutch]) {
			expect(text).not.toContain('no-name');
			expect(text).not.toContain('Bad id');
			expect(text).not.toContain('Universiteit Uit');
		}
		await expect.poll(() => droppedOf('institutions')).toHaveLength(1);
	});

	test('with malformed keys signs people in, and the log reports the keys once', async () => {
		await signInAtInstitution(browser);
		await signInAtInstitution(new Browser(landscape.url));
		await expect.poll(() => droppedOf('keys')).toHaveLength(1);
	});

	test('that encrypts ID tokens cannot sign anybody in, and the log reports why once a minute', async () => {
		sts.alter(altered([[/\/token$/, (body) => ({ ...body, id_token: 'eyJlbmMiOiIi.a.b.c.d' })], ...stsChanges]));
		for (const each of [browser, new Browser(landscape.url)]) {
			expectLoginError(await signInAtInstitution(each), 'sign_in_failed');
			expect(holdsSession(each)).toBe(false);
		}
		await expect.poll(() => landscape.portal.logs().match(/id_token_encrypted/g)).toHaveLength(1);
	});
});

describe('an Auth Bridge whose responses are odd but usable', () => {
	test('signs a person in with a linked wallet', async () => {
		expect((await signInWithWallet(browser, landscape.sandbox)).url.pathname).toBe('/account');
	});

	test('links a wallet after identity verification at the institution', async () => {
		expect((await signInByVerification(browser, landscape.sandbox)).url.pathname).toBe('/account');
	});

	test('returns a status that the API can return', async () => {
		const id = await createWalletSession(browser);
		const { status, text } = await browser.call(sessionPath(id, 'status'));
		expect([status, JSON.parse(text)]).toMatchObject([200, { sessionId: id, status: 'PENDING', idvRequired: false }]);
	});

	test('has its valid candidates shown in the language of the page', async () => {
		landscape.sandbox.scenario('plan', { planType: 'MANUAL_REVIEW', reason: 'CANDIDATE_MATCH_CONFIRMATION' });
		await sharedWalletSession(browser, landscape.sandbox, 'unknown-student');
		const page = await browser.open('/login/wallet');
		expect(page.text).toContain('Noor (North)');
		expect(page.text).toContain('Robin');
		expect(page.text).not.toMatch(/"c0"|Bad id/);
		const dutch = await browser.call('/login/identity', { headers: { accept: 'text/html', 'accept-language': 'nl' } });
		expect(dutch.text).toContain('Noor (Noord)');
		await expect.poll(() => droppedOf('candidates')).toHaveLength(1);
	});

	test('has its valid linked wallets shown in the language of the page, and the log reports the others once', async () => {
		bridge.alter(
			altered([
				[
					/bindings/,
					() => [
						null,
						{ id: 'b1', providerId: { nl: 'Wallet van Noord', en: 'Wallet of North' }, createdAt: null },
						...badIds.map(({ id }) => ({ id, providerId: 'Bad id' })),
						{ providerId: 'without an id' },
						{ id: 2, providerId: [], institutionId: 7, lastUsedAt: 'yesterday' }
					]
				],
				...bridgeChanges
			])
		);
		const english = await signInAtInstitution(browser);
		expect(english.text).toContain('Wallet of North');
		expect(linkIn(english, '/wallets/2/unlink')).toBeDefined();
		expect(english.text).not.toMatch(/without an id|Bad id/);
		const dutch = await browser.call('/account', { headers: { accept: 'text/html', 'accept-language': 'nl' } });
		expect(dutch.text).toContain('Wallet van Noord');
		await expect.poll(() => droppedOf('bindings')).toHaveLength(1);
	});
});
