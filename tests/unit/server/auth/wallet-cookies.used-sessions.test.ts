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
	markCompletedUsed
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
	test('at sign-in are all completed ones, and no others', async () => {
		const cookies = await browserWith(wallet('done', { completed: true }), wallet('open'));
		expect(idsOf(await markCompletedUsed(cookies))).toEqual(['done']);
		expect(idsOf(ownedSessions(fakeCookies(cookies.next())))).toEqual(['open']);
		expect([await isUsedUp('done'), await isUsedUp('open')]).toEqual([true, false]);
	});

	test('at sign-out or cancellation are all of them, so that none can be completed later', async () => {
		const cookies = await browserWith(wallet('complete', { completed: true }), wallet('verified'));
		await markAllUsed(cookies);
		expect(cookies.next()).toBe('');
		expect([await isUsedUp('complete'), await isUsedUp('verified')]).toEqual([true, true]);
	});
});
