import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { account as words } from '../../src/lib/i18n/en/account.ts';
import { Browser, linkIn } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import type { PersonId } from '../sandbox/people.ts';
import { holdsSession, tokensOver } from './support/held-session.ts';
import { expectLoginError, signInAtInstitution } from './support/journeys.ts';

const Me = v.pipe(v.string(), v.parseJson(), v.object({ user: v.looseObject({ id: v.string() }) }));

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

const foreign: readonly (readonly [string, () => Record<string, unknown>])[] = [
	['for another client as authorized party', () => ({ azp: 'another-client' })],
	['for several audiences, without an authorized party', () => ({ aud: ['portal-frontend', 'api'] })],
	['that was issued an hour in the future', () => ({ iat: Date.now() / 1000 + 3600 })],
	['with the hash of another access token', () => ({ at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' })]
];

describe('an ID token', () => {
	test.each(foreign)('%s is refused at sign-in', async (_, claims) => {
		landscape.sandbox.scenario('id-token', { claims: claims() });
		expectLoginError(await signInAtInstitution(browser), 'sign_in_failed');
		expect(holdsSession(browser)).toBe(false);
		await expect.poll(() => landscape.sandbox.count('sts.revocation')).toBe(1);
	});

	test('with the hash of another code is refused at sign-in', async () => {
		landscape.sandbox.scenario('id-token', { claims: { c_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' } });
		expectLoginError(await signInAtInstitution(browser), 'sign_in_failed');
	});

	test.each(foreign)('%s ends the session at a refresh', async (_, claims) => {
		await signInAtInstitution(browser);
		await tokensOver(browser, landscape);
		landscape.sandbox.scenario('id-token', { claims: claims() });
		expect((await browser.call('/api/me')).status).toBe(401);
		expect(holdsSession(browser)).toBe(false);
	});

	test('for several audiences is accepted if this client is the authorized party', async () => {
		landscape.sandbox.scenario('id-token', { claims: { aud: ['portal-frontend', 'api'], azp: 'portal-frontend' } });
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
		await tokensOver(browser, landscape);
		expect((await browser.call('/api/me')).status).toBe(200);
	});
});

test.each<unknown>([false, 0, ' ', [false, 'f'], '\ud800', '..'])(
	'two people with %j as an identity claim have different user ids',
	async (value) => {
		landscape.sandbox.scenario('id-token', { claims: { federated_subject: value, eduid: value } });
		const idOf = async (person: PersonId) => {
			const one = new Browser(landscape.url);
			await signInAtInstitution(one, person);
			return v.parse(Me, (await one.call('/api/me')).text).user.id;
		};
		expect(await idOf('known-student')).not.toBe(await idOf('expired-binding'));
	}
);

describe('an ID token without identity claims', () => {
	const thin = { name: null, given_name: null, family_name: null, email: null, eduid: null, federated_subject: null };
	const whoAmI = async () => v.parse(Me, (await browser.call('/api/me')).text).user;

	test('is completed by the userinfo endpoint, with the same person as before', async () => {
		await signInAtInstitution(browser);
		const before = await whoAmI();
		browser = new Browser(landscape.url);
		landscape.sandbox.scenario('id-token', { claims: thin });
		await signInAtInstitution(browser);
		expect(await whoAmI()).toEqual(before);
		expect(landscape.sandbox.count('sts.userinfo')).toBe(1);
	});

	test('is refused at sign-in while the userinfo endpoint is unreachable', async () => {
		landscape.sandbox.scenario('id-token', { claims: thin });
		landscape.sandbox.scenario('sts-500', { operation: 'userinfo' });
		expectLoginError(await signInAtInstitution(browser), 'sts_unavailable');
	});
});

describe('unlinking a wallet', () => {
	const removals = () => landscape.sandbox.count('bridge.remove-binding');

	const now = () => Math.floor(Date.now() / 1000);

	/** Unlinks a wallet after a new sign-in, at an STS that always returns this as the time; returns the number of removals. */
	async function removalsWith(authTime: () => unknown): Promise<number> {
		landscape.sandbox.scenario('id-token', { claims: { auth_time: authTime() } });
		const address = linkIn(await signInAtInstitution(browser), '/unlink');
		const page = await browser.open(address);
		expect(page.text).toContain(words.unlink.newer);
		await browser.open(address, { form: {} });
		expect(removals()).toBe(0);
		const institution = await browser.open(linkIn(page, '/login/start'));
		await browser.submit(institution, { person: 'known-student' });
		await browser.open(address, { form: {} });
		return removals();
	}

	test('requires a new sign-in if the STS returns no time, and then counts one that was requested and completed', async () => {
		expect(await removalsWith(() => null)).toBe(1);
	});

	test.each<readonly [string, () => unknown]>([
		['a time an hour in the future', () => now() + 3600],
		['a time of yesterday with decimals', () => now() - 86_400 + 0.25],
		['a text', () => 'today']
	])('stays refused if the STS returns %s after each sign-in', async (_, authTime) => {
		expect(await removalsWith(authTime)).toBe(0);
	});

	test('refers to the help desk if the STS does not reauthenticate the person, and keeps the session', async () => {
		landscape.sandbox.scenario('signed-in-ago', { seconds: 3600 });
		const address = linkIn(await signInAtInstitution(browser), '/unlink');
		const institution = await browser.open(linkIn(await browser.open(address), '/login/start'));
		const page = await browser.submit(institution, { person: 'known-student' });
		expect(page.text).toContain('The sign-in service did not confirm that it’s you.');
		expect(page.text).toContain('Ask the help desk of your institution');
		expect((await browser.open(address, { form: {} })).url.pathname).toBe(address);
		expect(removals()).toBe(0);
	});
});
