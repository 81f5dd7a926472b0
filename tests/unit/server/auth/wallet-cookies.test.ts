import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSeal } from '$lib/server/seal';
import { keepOwned, ownedSessions, type OwnedSession, requestUriOf } from '$lib/server/auth/wallet-cookies';
import { fakeCookies } from '../../../harness/cookies';
import { config, configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
afterEach(() => {
	configure();
	vi.useRealTimers();
});

const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 60 * 60 * 1000;

function wallet(id: string, changes: Partial<OwnedSession> = {}): OwnedSession {
	return {
		id,
		requestUri: 'openid4vp://?request_uri=x',
		startedAt: NOW_MS,
		expiresAt: NOW_MS + 300_000,
		returnTo: '/account',
		idv: 'none',
		completed: false,
		...changes
	};
}

async function browserWith(...sessions: OwnedSession[]) {
	vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] });
	const cookies = fakeCookies();
	for (const session of sessions) await keepOwned(cookies, session);
	return cookies;
}
const idsOf = (sessions: readonly OwnedSession[]) => sessions.map(({ id }) => id);

describe('the wallet sessions of a browser', () => {
	test('are each stored in a sealed, HttpOnly, Lax cookie', async () => {
		expect((await browserWith(wallet('a'))).setCookies()).toEqual([
			expect.stringMatching(/^portal\.wallet\.a=[\w-]+; Path=\/; HttpOnly; SameSite=Lax$/)
		]);
	});

	test.each([
		['not completed, and the wallet is elsewhere,', { completed: false, isHere: false, isKept: false }],
		['not completed, and the wallet is on this device,', { completed: false, isHere: true, isKept: true }],
		['completed, and the wallet is on this device,', { completed: true, isHere: true, isKept: false }]
	])('that are %s outlive the browser, if at all, for an hour', async (_, { completed, isHere, isKept }) => {
		vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] });
		async function isPersistent(): Promise<boolean> {
			const cookies = fakeCookies();
			await keepOwned(cookies, wallet('a', { completed }), isHere);
			return cookies.setCookies().join().includes('; Max-Age=3600;');
		}
		expect(await isPersistent()).toBe(isKept);
		configure({ SESSION_COOKIE_PERSISTENT: 'true' });
		expect(await isPersistent()).toBe(true);
	});

	test('have __Host- and Secure cookies under https', async () => {
		configure({ AUTH_URL: 'https://portal.example.org' });
		const cookies = await browserWith(wallet('a'));
		expect(cookies.setCookies()).toEqual([
			expect.stringMatching(/^__Host-portal\.wallet\.a=.*; Secure; SameSite=Lax$/)
		]);
		expect(ownedSessions(cookies)).toEqual([wallet('a')]);
	});

	test.each(['started', 'manual', 'done'] as const)(
		'take at most 410 bytes in identity verification (%s), whatever their code and the other sessions',
		async (idv) => {
			configure({ AUTH_URL: 'https://portal.example.org' });
			const id = '01234567-89ab-cdef-0123-456789abcdef';
			const cookies = await browserWith(
				wallet(id, {
					requestUri: `openid4vp://?request=${'x'.repeat(900)}`,
					bridgeExpiresAt: NOW_MS + 300_000,
					beside: Array<string>(7).fill(id),
					replaces: id,
					hasDetails: true,
					idv
				})
			);
			const [line = ''] = cookies.setCookies();
			expect(line.split(';')[0]?.length).toBeLessThanOrEqual(408);
			expect(ownedSessions(cookies)).toMatchObject([{ id, idv, requestUri: null, returnTo: '/account', replaces: id }]);
		}
	);

	test('store a long request URI outside the cookie, and find it again', async () => {
		const requestUri = `openid4vp://?request=${'x'.repeat(5000)}`;
		const cookies = await browserWith(wallet('long', { requestUri }));
		expect(cookies.setCookies().join().length).toBeLessThan(700);
		const [session] = ownedSessions(cookies);
		expect(session && (await requestUriOf(session))).toBe(requestUri);
		// What has changed is recorded without it.
		await keepOwned(cookies, { ...(session ?? wallet('long')), completed: true });
		const [changed] = ownedSessions(cookies);
		expect(changed && [changed.completed, await requestUriOf(changed)]).toEqual([true, requestUri]);
	});

	test('have no request URI if the store has lost it', async () => {
		expect(await requestUriOf(wallet('lost', { requestUri: null }))).toBeNull();
	});

	test('are returned newest first', async () => {
		const cookies = await browserWith(
			wallet('old', { startedAt: NOW_MS - 2 }),
			wallet('new'),
			wallet('mid', { startedAt: NOW_MS - 1 })
		);
		expect(idsOf(ownedSessions(fakeCookies(cookies.next())))).toEqual(['new', 'mid', 'old']);
	});

	test('can be updated without evicting another one', async () => {
		const four = [4, 3, 2, 1].map((age) => wallet(`w${age}`, { startedAt: NOW_MS - age }));
		const cookies = await browserWith(...four);
		await keepOwned(cookies, { ...wallet('w4', { startedAt: NOW_MS - 4 }), completed: true });
		const sessions = ownedSessions(cookies);
		expect(sessions.map(({ id, completed }) => [id, completed])).toEqual([
			['w1', false],
			['w2', false],
			['w3', false],
			['w4', true]
		]);
	});

	test('are ignored after an hour, even if the browser still has their cookies', async () => {
		const cookies = await browserWith(wallet('a'));
		expect(ownedSessions(cookies, NOW_MS + HOUR_MS - 1)).toHaveLength(1);
		expect(ownedSessions(cookies, NOW_MS + HOUR_MS)).toEqual([]);
	});
});

describe('a browser does not own', () => {
	const sealedBy = (secrets: readonly string[], purpose: string) => createSeal(secrets, purpose).seal(wallet('a'));

	test.each<[string, () => string]>([
		['a session of which it has only the id', () => 'portal.wallet.a=a'],
		['a session that is sealed under another name', () => `portal.wallet.b=${sealedBy(config().secrets, 'wallet')}`],
		['a session that was sealed with another secret', () => `portal.wallet.a=${sealedBy(['x'.repeat(32)], 'wallet')}`],
		['a value that was sealed for another purpose', () => `portal.wallet.a=${sealedBy(config().secrets, 'login')}`],
		['a look-alike', () => `xportal.wallet.a=${sealedBy(config().secrets, 'wallet')}`],
		[
			'a session that does not match the schema',
			() => `portal.wallet.a=${createSeal(config().secrets, 'wallet').seal({ id: 'a', startedAt: NOW_MS })}`
		]
	])('%s', (_, makeHeader) => {
		expect(ownedSessions(fakeCookies(makeHeader()), NOW_MS)).toEqual([]);
	});
});
