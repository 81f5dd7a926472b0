import { beforeEach, describe, expect, test, vi } from 'vitest';
import { currentSession } from '$lib/server/wallet/owned-sessions';
import { Problem } from '$lib/server/http/problem';
import { log } from '$lib/server/log';
import { keepOwned, markUsed, ownedSessions, type OwnedSession } from '$lib/server/auth/wallet-cookies';
import { renewCode, startCode } from '$lib/server/wallet/create-session';
import type { SessionStatusValue } from '$lib/wallet/wallet-session';
import { fakeCookies } from '../../../harness/cookies';
import { requestEvent } from '../../../harness/request-event';

const bridge = vi.hoisted(() => ({ readStatus: vi.fn(), createSession: vi.fn() }));
vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/wallet/bridge', () => ({
	bridge: () => bridge,
	credentialFor: () => ({ requestId: 'r1' })
}));
vi.mock('$lib/server/auth/login-page', () => ({
	readLoginTransaction: () => ({ id: 'this-browser' })
}));

const statuses = new Map<string, SessionStatusValue | 'gone'>();
const RETURN_TO = '/account';
let made = 0;

beforeEach(() => {
	vi.resetAllMocks();
	statuses.clear();
	bridge.readStatus.mockImplementation((id: string) => {
		const status = statuses.get(id) ?? 'PENDING';
		return status === 'gone' ? Promise.reject(new Problem('not_found')) : Promise.resolve({ status });
	});
	bridge.createSession.mockImplementation(() =>
		Promise.resolve({
			sessionId: `made-${++made}`,
			status: 'PENDING',
			requestUri: 'openid4vp://x',
			expiresInMs: 300_000,
			bridgeExpiresAt: null,
			requestedClaims: [],
			dcRequest: null
		})
	);
});

/** A browser that has these sessions, the oldest first. */
async function browser(...sessions: (Partial<OwnedSession> & { id: string })[]) {
	const cookies = fakeCookies();
	for (const [age, changes] of sessions.entries()) {
		const startedAt = Date.now() - 1000 + age;
		const rest = { requestUri: 'x', returnTo: RETURN_TO, idv: 'none', completed: false } as const;
		await keepOwned(cookies, { ...rest, startedAt, expiresAt: startedAt + 300_000, ...changes });
	}
	return requestEvent({ path: '/login/wallet', cookie: cookies.next() });
}
const newest = (event: Awaited<ReturnType<typeof browser>>) => ownedSessions(event.cookies)[0];

describe('a new code', () => {
	test('is created once for a form that is sent twice, and belongs to the browser after either response', async () => {
		const [first, second] = [await browser(), await browser()];
		await Promise.all([first, second].map((event) => startCode(event, 'the-form', RETURN_TO)));
		expect(bridge.createSession).toHaveBeenCalledTimes(1);
		expect(newest(first)?.id).toBe(newest(second)?.id);
	});

	test('is created once more, also for a form that is sent again, after the person has cancelled', async () => {
		const before = await browser();
		await startCode(before, 'cancelled', RETURN_TO);
		const cancelled = newest(before)?.id ?? '';
		await markUsed(cancelled);
		const [first, second] = [await browser(), await browser()];
		await Promise.all([first, second].map((event) => startCode(event, 'cancelled', RETURN_TO)));
		expect(newest(first)?.id).not.toBe(cancelled);
		expect(newest(second)?.id).toBe(newest(first)?.id);
		expect(bridge.createSession).toHaveBeenCalledTimes(2);
	});

	test('is a different one for another form', async () => {
		const event = await browser();
		await startCode(event, 'one-form', RETURN_TO);
		await startCode(event, 'another-form', RETURN_TO);
		expect(bridge.createSession).toHaveBeenCalledTimes(2);
	});

	test('that replaces an old one is created once, however often it is requested', async () => {
		const event = await browser({ id: 'old' });
		await Promise.all([renewCode(event, 'old', RETURN_TO), renewCode(event, 'old', RETURN_TO)]);
		await renewCode(event, 'old', RETURN_TO);
		expect(bridge.createSession).toHaveBeenCalledTimes(1);
		expect(newest(event)).toMatchObject({ replaces: 'old', beside: ['old'] });
	});

	test('is created beside an old one whose status cannot be read, and the old one is followed if it was scanned', async () => {
		const event = await browser({ id: 'unread' });
		bridge.readStatus
			.mockRejectedValueOnce(new Problem('upstream_timeout'))
			.mockRejectedValueOnce(new Problem('upstream_timeout'));
		await renewCode(event, 'unread', RETURN_TO);
		expect(newest(event)).toMatchObject({ replaces: 'unread', beside: ['unread'] });
		statuses.set('unread', 'VERIFIED');
		expect((await currentSession(event))?.id).toBe('unread');
	});

	test.each([
		['is in identity verification', { id: 'unread-verifying', idv: 'started' }],
		['has expired by its time', { id: 'unread-expired', expiresAt: 1 }]
	] as const)('is not beside an old one whose status cannot be read, and which %s', async (_, old) => {
		const event = await browser(old);
		bridge.readStatus.mockRejectedValue(new Problem('upstream_timeout'));
		await renewCode(event, old.id, RETURN_TO);
		expect(newest(event)?.beside).toEqual([]);
	});

	test('is not beside an old one that no longer exists', async () => {
		const event = await browser({ id: 'gone' });
		statuses.set('gone', 'gone');
		await renewCode(event, 'gone', RETURN_TO);
		expect(newest(event)).toMatchObject({ replaces: 'gone', beside: [] });
	});

	test('is created in spite of a bug in the reading of the old one, which is logged', async () => {
		const logged = vi.spyOn(log, 'error').mockImplementation(() => {});
		const event = await browser({ id: 'bug' });
		const error = new TypeError('a bug');
		bridge.readStatus.mockRejectedValueOnce(error);
		await renewCode(event, 'bug', RETURN_TO);
		expect(newest(event)).toMatchObject({ replaces: 'bug' });
		expect(logged).toHaveBeenCalledExactlyOnceWith('unexpected error', {
			requestId: 'r1',
			where: 'application',
			error
		});
	});

	test('is not created after the old one was scanned', async () => {
		const event = await browser({ id: 'scanned' });
		statuses.set('scanned', 'INTERACTION_STARTED');
		await renewCode(event, 'scanned', RETURN_TO);
		expect(bridge.createSession).not.toHaveBeenCalled();
	});

	test('is never returned to another browser that only knows the old id', async () => {
		const owner = await browser({ id: 'known' });
		await renewCode(owner, 'known', RETURN_TO);
		const stranger = await browser();
		await renewCode(stranger, 'known', RETURN_TO);
		expect(newest(stranger)?.id).not.toBe(newest(owner)?.id);
	});
});

describe('two codes on screen at the same time', () => {
	const both = [{ id: 'old' }, { id: 'new', beside: ['old'] }];

	test.each<[SessionStatusValue | 'gone', SessionStatusValue, string]>([
		['PENDING', 'PENDING', 'new'],
		['INTERACTION_STARTED', 'PENDING', 'old'],
		['FAILED', 'PENDING', 'old'],
		['VERIFIED', 'EXPIRED', 'old'],
		['PENDING', 'INTERACTION_STARTED', 'new'],
		['EXPIRED', 'PENDING', 'new'],
		['gone', 'PENDING', 'new']
	])('old at %s and new at %s: the browser follows the %s one', async (old, latest, followed) => {
		statuses.set('old', old).set('new', latest);
		expect((await currentSession(await browser(...both)))?.id).toBe(followed);
	});

	test('the old one is not followed if it was scanned before the new one was created', async () => {
		const event = await browser({ id: 'left-alone' });
		statuses.set('left-alone', 'INTERACTION_STARTED');
		await startCode(event, 'a-new-beginning', RETURN_TO);
		expect((await currentSession(event))?.id).toBe(newest(event)?.id);
	});
});
