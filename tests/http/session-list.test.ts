import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { account } from '../../src/lib/i18n/en/account.ts';
import { login } from '../../src/lib/i18n/en/public.ts';
import { Browser, headingOf, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { hasRedis, type Redis, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { heldSession } from './support/held-session.ts';
import {
	callbackOf,
	createWalletSession,
	expectLoginError,
	sessionPath,
	sharedWalletSession,
	signInAtInstitution,
	signInWithWallet
} from './support/journeys.ts';
import { SOON } from './support/store-outage.ts';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0';
const SAFARI =
	'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const words = account.sessions;

/** The names of the listed sessions. */
const listed = ({ text }: Visit) => [...text.matchAll(/<h2[^>]*>([^<]*)<\/h2>/g)].map(([, name]) => name);
const end = (browser: Browser, which: string, from?: string) =>
	browser.open(`/account/sessions/${which}/end`, { form: {}, ...(from !== undefined && { from }) });
const me = async (browser: Browser) => (await browser.call('/api/me')).status;

describe.skipIf(!hasRedis())('with a Redis', () => {
	let redis: Redis;
	let landscape: Landscape;
	let [desk, phone]: Browser[] = [];

	beforeAll(async () => {
		redis = await startRedis();
		landscape = await startLandscape({ runtime, env: { REDIS_URL: redis.url } });
	});
	afterAll(async () => {
		await landscape.stop();
		await redis.stop();
	});
	beforeEach(async () => {
		landscape.sandbox.reset();
		desk = new Browser(landscape.url, { userAgent: FIREFOX });
		phone = new Browser(landscape.url, { userAgent: SAFARI });
	});

	afterEach(async () => {
		for (const browser of both()) await browser.call('/api/auth/signout', { method: 'POST' });
	});
	const both = () => [desk, phone] as [Browser, Browser];

	/** The same person at a desk, through the institution, and on a phone, with a wallet. */
	async function signedInTwice(): Promise<[Browser, Browser]> {
		const [desk, phone] = both();
		await signInAtInstitution(desk);
		await signInWithWallet(phone, landscape.sandbox);
		await expect.poll(async () => listed(await desk.open('/account/sessions')), SOON).toHaveLength(2);
		return [desk, phone];
	}

	test('a person lists their sessions and signs out one browser, which then shows that its session ended', async () => {
		const [desk, phone] = await signedInTwice();
		const list = await desk.open(linkIn(await desk.open('/account'), '/account/sessions'));
		expect(listed(list)).toEqual(['Firefox on Windows', 'Safari on iPhone']);
		expect(list.text).toContain(account.session.providers['sts-wallet']);
		const confirm = await desk.open(linkIn(list, '/end'));
		expect(headingOf(confirm)).toBe('Sign out in Safari on iPhone?');
		const after = await desk.open(confirm.url, { form: {} });
		expect(after.text).toContain(words.notices.one);
		expect(listed(after)).toEqual(['Firefox on Windows']);
		await expect
			.poll(() => landscape.portal.logs(), SOON)
			.toMatch(/"event":"session.ended".*"by":"person"|"by":"person".*"event":"session.ended"/);

		const ended = await phone.open('/account');
		expectLoginError(ended, 'session_ended', '/account');
		expect(ended.text).toContain(login.errors.session_ended.what);
		expect(await me(desk)).toBe(200);
	});

	test('the page that signs out one of several browsers of a kind names it as the list does', async () => {
		phone = new Browser(landscape.url, { userAgent: FIREFOX });
		const [desk, laptop] = both();
		await signInAtInstitution(laptop);
		await signInAtInstitution(desk);
		await expect.poll(async () => listed(await desk.open('/account/sessions')), SOON).toHaveLength(2);
		const list = await desk.open('/account/sessions');
		const [, name = ''] = /Sign out in (Firefox on Windows \(\d\))/.exec(list.text) ?? [];
		expect(listed(list)).toContain(name);
		const confirm = await desk.open(linkIn(list, '/end'));
		expect(headingOf(confirm)).toBe(`Sign out in ${name}?`);
		expect(confirm.text).toContain(`<title>Sign out in ${name}? – `);
	});

	test('a repeated sign-out of another browser leads to the same page', async () => {
		const [desk, phone] = await signedInTwice();
		const { id } = await heldSession(phone, landscape);
		for (const page of [await end(desk, id), await end(desk, id)]) {
			expect([page.status, listed(page)]).toEqual([200, ['Firefox on Windows']]);
			expect(page.text).toContain(words.notices.one);
		}
		expect([await me(desk), await me(phone)]).toEqual([200, 401]);
	});

	test('a person signs out everywhere else, even if a session is missing from the list, and then everywhere', async () => {
		const [desk, phone] = await signedInTwice();
		await redis.command(`DEL ${(await redis.keys('portal:sessions:*')).join(' ')}`);
		await expect.poll(async () => listed(await desk.open('/account/sessions')), SOON).toEqual(['Firefox on Windows']);
		expect((await end(desk, 'others')).text).toContain(words.notices.others);
		expect([await me(desk), await me(phone)]).toEqual([200, 401]);

		await signInAtInstitution(phone);
		const everywhere = await end(phone, 'all');
		expect(everywhere.url.pathname).not.toContain('/account');
		expect([await me(desk), await me(phone)]).toEqual([401, 401]);
		await signInAtInstitution(desk);
		expect(listed(await desk.open('/account/sessions'))).toEqual(['Firefox on Windows']);
	});

	test('a person cannot see or end another person’s session, and a cross-site request cannot end a session', async () => {
		const [desk, phone] = await signedInTwice();
		const { id } = await heldSession(phone, landscape);
		const stranger = new Browser(landscape.url);
		await signInAtInstitution(stranger, 'expired-binding');
		expect(listed(await stranger.open('/account/sessions'))).toEqual(['Unknown browser']);
		expect((await stranger.open(`/account/sessions/${id}/end`)).status).toBe(404);
		expect(listed(await end(stranger, id))).toEqual(['Unknown browser']);
		await end(stranger, 'others');
		await end(stranger, 'all');
		expect((await end(desk, id, landscape.sandbox.institutionUrl)).status).toBe(403);
		expect([await me(desk), await me(phone), await me(stranger)]).toEqual([200, 200, 401]);
	});

	test.each(['others', 'all'])(
		'ending sessions an hour after sign-in requires a new sign-in first (%s)',
		async (which) => {
			const [desk, phone] = both();
			await signInAtInstitution(phone);
			landscape.sandbox.scenario('signed-in-ago', { seconds: 3600 });
			await signInAtInstitution(desk);
			const page = await end(desk, which);
			expect([page.method, page.url.pathname]).toEqual(['GET', `/account/sessions/${which}/end`]);
			expect(linkIn(page, 'stepUp=account')).toContain('/login/start');
			expect([await me(desk), await me(phone)]).toEqual([200, 200]);
		}
	);

	test('a sign-out removes the session from the list', async () => {
		const [desk, phone] = await signedInTwice();
		await phone.call('/api/auth/signout', { method: 'POST' });
		expect(listed(await desk.open('/account/sessions'))).toEqual(['Firefox on Windows']);
		await desk.call('/api/auth/signout', { method: 'POST' });
		await expect.poll(() => redis.keys('portal:sessions:*'), SOON).toEqual([]);
	});

	test('a session that the STS ends is removed from the list', async () => {
		const [desk, phone] = await signedInTwice();
		const { sid } = await heldSession(phone, landscape);
		await landscape.sandbox.backchannelLogout('known-student', 'sts-wallet', sid);
		expect(listed(await desk.open('/account/sessions'))).toEqual(['Firefox on Windows']);
	});

	test('page loads write to the store once in five minutes, and status reads of a wallet session never do', async () => {
		const [desk] = both();
		await expect.poll(() => redis.keys('portal:sessions:*'), SOON).toEqual([]);
		await signInAtInstitution(desk);
		await expect.poll(() => redis.keys('portal:sessions:*'), SOON).toHaveLength(1);
		const wallet = await createWalletSession(desk);
		const monitor = await redis.monitor();
		const writes = () => monitor.commands.filter((line) => /"(?:set|eval)"/i.test(line) && !line.includes('verify:'));
		for (let n = 0; n < 20; n++) {
			expect((await desk.call(sessionPath(wallet, 'status'))).status).toBe(200);
			await desk.open('/account');
			await desk.open('/account/sessions');
		}
		// Everything before this mark has been recorded.
		await redis.command('ECHO the-end');
		await expect.poll(() => monitor.commands.join(), SOON).toContain('the-end');
		monitor.stop();
		expect(writes()).toEqual([]);
	});

	test('"everywhere else" also ends a wallet session that was completed earlier but not continued', async () => {
		const [desk, phone] = both();
		await signInWithWallet(phone, landscape.sandbox);
		const id = await sharedWalletSession(phone, landscape.sandbox, 'known-student');
		const completed = await phone.call(sessionPath(id, 'complete'), { method: 'POST' });
		const { continueUrl } = JSON.parse(completed.text) as { continueUrl: string };
		await signInAtInstitution(desk);
		await end(desk, 'others');
		await expect.poll(() => me(phone)).toBe(401);
		await phone.open(continueUrl);
		expect(await me(phone)).toBe(401);
	});

	test('"everywhere" also ends a sign-in that has not returned from the STS yet', async () => {
		const [desk, phone] = both();
		const callback = await callbackOf(phone);
		await signInAtInstitution(desk);
		await end(desk, 'all');
		expectLoginError(await phone.open(callback, { from: landscape.sandbox.institutionUrl }), 'sign_in_interrupted');
		expect(await me(phone)).toBe(401);
		const again = new Browser(landscape.url);
		await signInAtInstitution(again);
		expect(await me(again)).toBe(200);
	});

	test('while the store is unavailable, people can sign in and out, and the list has only the current session', async () => {
		await redis.stop();
		try {
			const [desk] = both();
			await signInAtInstitution(desk);
			const list = await desk.open('/account/sessions');
			expect(list.text).toContain(words.unknown);
			expect(listed(list)).toEqual(['Firefox on Windows']);
			expect((await end(desk, 'others')).text).toContain(words.notices.others);
			expect((await desk.open('/api/auth/signout', { form: {} })).status).toBe(200);
			expect(await me(desk)).toBe(401);
		} finally {
			await redis.start();
		}
	});
});

describe('without a shared store', () => {
	let landscape: Landscape;
	beforeAll(async () => {
		landscape = await startLandscape({ runtime });
	});
	afterAll(() => landscape.stop());

	test('the page lists only the current session, and a person can still sign out everywhere', async () => {
		const [desk, phone] = [new Browser(landscape.url, { userAgent: FIREFOX }), new Browser(landscape.url)];
		await signInAtInstitution(desk);
		await signInAtInstitution(phone);
		const list = await desk.open('/account/sessions');
		expect([listed(list), list.text.includes(words.onlyThis)]).toEqual([['Firefox on Windows'], true]);
		await desk.open(linkIn(list, '/others/end'), { form: {} });
		expect([await me(desk), await me(phone)]).toEqual([200, 401]);
		await signInAtInstitution(phone);
		await end(desk, 'all');
		expect([await me(desk), await me(phone)]).toEqual([401, 401]);
	});
});
