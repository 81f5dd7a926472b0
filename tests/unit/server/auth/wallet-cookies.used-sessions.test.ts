import { describe, expect, test, vi } from 'vitest';
import {
	completedSession,
	isUsedUp,
	keepOwned,
	type OwnedSession,
	ownedSessions,
	requireUnused,
	markUsed,
	markAllUsed,
	markUsedAfterSignIn
} from '$lib/server/auth/wallet-cookies';
import { fakeCookies } from '../../../harness/cookies';

vi.mock('$lib/server/config', () => import('../configured'));

function wallet(id: string, changes: Partial<OwnedSession> = {}): OwnedSession {
	const now = Date.now();
	const common = { requestUri: 'openid4vp://x', startedAt: now, expiresAt: now + 300_000, returnTo: '/account' };
	return { id, ...common, idv: 'none', completed: false, ...changes };
}

async function browserWith(...sessions: OwnedSession[]) {
	const cookies = fakeCookies();
	for (const session of sessions) await keepOwned(cookies, session);
	return cookies;
}
const idsOf = (sessions: readonly OwnedSession[]) => sessions.map(({ id }) => id);

describe('a wallet session', () => {
	test('can be used once, however many requests try at the same time', async () => {
		const results = await Promise.all(Array.from({ length: 20 }, () => markUsed('raced')));
		expect(results.filter(Boolean)).toHaveLength(1);
		expect(await isUsedUp('raced')).toBe(true);
	});

	test('that was used is no longer found', async () => {
		await requireUnused('spent');
		await markUsed('spent');
		await expect(requireUnused('spent')).rejects.toMatchObject({ code: 'not_found' });
	});

	test('that was used starts no sign-in from any copy of its cookie, while another one can', async () => {
		const copy = fakeCookies((await browserWith(wallet('one', { completed: true }))).next());
		expect((await completedSession(copy))?.id).toBe('one');
		await markUsed('one');
		expect(await completedSession(copy)).toBeUndefined();
		await keepOwned(copy, wallet('two', { completed: true, startedAt: Date.now() - 1000 }));
		expect((await completedSession(copy))?.id).toBe('two');
	});
});

describe('wallet sessions marked as used', () => {
	test.each([
		['at sign-in are completed ones and those from before it', 'first', ['done', 'older'], ['newer']],
		['at a new sign-in of the same person are completed ones', 'again', ['done'], ['newer', 'older']]
	])('%s, and no others', async (_, which, used, left) => {
		const beganMs = Date.now() - 1000;
		const ids = ['done', 'newer', 'older'].map((id) => `${id}-${which}`);
		const [done = '', newer = '', older = ''] = ids;
		const cookies = await browserWith(
			wallet(done, { completed: true }),
			wallet(newer, { startedAt: beganMs }),
			wallet(older, { startedAt: beganMs - 1 })
		);
		const named = (of: readonly OwnedSession[]) => idsOf(of).map((id) => id.split('-')[0]);
		expect(named(await markUsedAfterSignIn(cookies, which === 'again' ? null : beganMs))).toEqual(used);
		expect(named(ownedSessions(fakeCookies(cookies.next())))).toEqual(left);
		const areUsed = await Promise.all(ids.map(isUsedUp));
		expect(areUsed).toEqual(ids.map((id) => used.includes(id.split('-')[0] ?? '')));
	});

	test('at sign-out or cancellation are all of them, so that none can be completed later', async () => {
		const cookies = await browserWith(wallet('complete', { completed: true }), wallet('verified'));
		await markAllUsed(cookies);
		expect(cookies.next()).toBe('');
		expect([await isUsedUp('complete'), await isUsedUp('verified')]).toEqual([true, true]);
	});
});
