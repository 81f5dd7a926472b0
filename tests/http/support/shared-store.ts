import { beforeEach, expect, test, vi } from 'vitest';
import { Browser } from '../../harness/browser.ts';
import { ApiClient } from '../../harness/api-client.ts';
import { copyOf, heldSession, holdsSession, tokensOver } from './held-session.ts';
import type { Instances } from './instances.ts';
import { sessionPath, signInAtInstitution } from './journeys.ts';
import { SOON } from './store-outage.ts';
import { serviceToken, sessionOf, tokenClaims } from './third-party.ts';

/** Tests of how instances act together, for any shared store. */
export function actAsOne(instances: () => Instances) {
	let browser: Browser;
	beforeEach(async () => {
		instances().sandbox.reset();
		browser = new Browser(instances().url);
		await signInAtInstitution(browser);
	});
	const grants = () => instances().sandbox.counts().refreshGrants;
	const copies = () => instances().urls.map((url) => copyOf(browser, url));

	test('200 concurrent requests across all instances cause one token request, and all succeed', async () => {
		await tokensOver(browser, instances());
		const tabs = copies();
		const responses = await Promise.all(
			Array.from({ length: 200 }, async (_, n) => (tabs[n % tabs.length] ?? browser).call('/api/me'))
		);
		expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
		expect(grants()).toBe(1);
		const held = await Promise.all(tabs.map((tab) => heldSession(tab, instances())));
		expect(new Set(held.map(({ accessToken }) => accessToken)).size).toBe(1);
	});

	test('a late request to another instance receives the newest tokens, without a token request', async () => {
		await tokensOver(browser, instances());
		const late = copies();
		await browser.call('/api/me');
		const responses = await Promise.all(late.map((tab) => tab.call('/api/me')));
		expect(responses.map(({ status }) => status)).toEqual(late.map(() => 200));
		expect(grants()).toBe(1);
	});

	test('a sign-out on one instance applies to all within a second, including copied cookies', async () => {
		const elsewhere = copies().slice(1);
		await Promise.all(elsewhere.map((copy) => copy.call('/api/me')));
		await browser.call('/api/auth/signout', { method: 'POST' });
		await vi.waitFor(
			async () => {
				const responses = await Promise.all(elsewhere.map((copy) => copy.call('/api/me')));
				expect(responses.map(({ status }) => status)).toEqual(elsewhere.map(() => 401));
			},
			{ timeout: 1000, interval: 50 }
		);
		expect(elsewhere.filter(holdsSession)).toEqual([]);
	});

	test('a session that the STS ends on one instance is refused by all within a second', async () => {
		const elsewhere = copies().slice(1);
		await Promise.all(elsewhere.map((copy) => copy.call('/api/me')));
		const { sid } = await heldSession(browser, instances());
		await instances().sandbox.backchannelLogout('known-student', 'sts', sid);
		await vi.waitFor(
			async () => {
				const responses = await Promise.all(elsewhere.map((copy) => copy.call('/api/me')));
				expect(responses.map(({ status }) => status)).toEqual(elsewhere.map(() => 401));
			},
			{ timeout: 1000, interval: 50 }
		);
	});

	test('a session that its person ends from another browser is refused by all instances within a second; others are not', async () => {
		const here = new Browser(instances().url);
		await signInAtInstitution(here);
		const elsewhere = copies();
		const mine = instances().urls.map((url) => copyOf(here, url));
		const statuses = async (who: readonly Browser[]) =>
			(await Promise.all(who.map((one) => one.call('/api/me')))).map(({ status }) => status);
		expect(await statuses(elsewhere)).toEqual(elsewhere.map(() => 200));
		const { id } = await heldSession(browser, instances());
		const path = `/account/sessions/${id}/end`;
		// It is listed shortly after its sign-in, which does not wait for that.
		await expect.poll(async () => (await here.open('/account/sessions')).text, SOON).toContain(path);
		expect((await here.open(path, { form: {} })).url.search).toBe('?notice=one');
		await vi.waitFor(async () => expect(await statuses(elsewhere)).toEqual(elsewhere.map(() => 401)), {
			timeout: 1000,
			interval: 50
		});
		expect(await statuses(mine)).toEqual(mine.map(() => 200));
		expect(elsewhere.filter(holdsSession)).toEqual([]);
		expect((await here.open('/account/sessions')).text).not.toContain(id);
	});

	test('a wallet session that an API client created on one instance belongs to it on all, and to nobody else', async () => {
		const { urls, sandbox } = instances();
		const [token, stranger] = [await serviceToken(instances()), await sandbox.sign(tokenClaims(instances()))];
		const id = await sessionOf(new ApiClient(urls[0] ?? '', token));
		const statuses = await Promise.all(
			urls.flatMap((url) => [token, stranger].map((own) => new ApiClient(url, own).call(sessionPath(id, 'status'))))
		);
		expect(statuses.map(({ status }) => status)).toEqual(urls.flatMap(() => [200, 404]));
		await sandbox.share(id, 'known-student');
		const last = new ApiClient(urls.at(-1) ?? '', token);
		expect((await last.call(sessionPath(id, 'complete'), { method: 'POST' })).status).toBe(200);
	});
}
