import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { revokeSession } from '$lib/server/auth/revoked-sessions';
import type { Session } from '$lib/server/auth/session';
import type { ListedSession } from '$lib/server/auth/session-list';
import { writeSession } from '$lib/server/auth/session-cookie';
import { session } from '$lib/server/handles/session';
import { afterSetCookies, fakeCookies } from '../../../harness/cookies';
import { requestEvent } from '../../../harness/request-event';
import { SIGNED_IN_AT, someSession } from '../auth/session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
const list = vi.hoisted(() => ({
	noteActivity: vi.fn(),
	remove: vi.fn<(userId: string, isOver: (listed: ListedSession) => boolean) => void>()
}));
vi.mock('$lib/server/auth/session-list', () => ({ sessionList: () => list }));

beforeEach(() => vi.useFakeTimers({ now: SIGNED_IN_AT * 1000, toFake: ['Date'] }));
afterEach(() => {
	vi.useRealTimers();
	vi.clearAllMocks();
});

/** A request of a signed-in person; `change` is what the route does to the session. */
async function handled(routeId: string, change: (event: ReturnType<typeof requestEvent>) => void = () => {}) {
	const cookie = afterSetCookies('', await writeSession(someSession(), fakeCookies(), SIGNED_IN_AT));
	const event = requestEvent({ routeId, cookie });
	await session({ event, resolve: () => (change(event), new Response('page')) });
}
/** Of whom sessions were removed: whether that of the request, and whether another one. */
const removed = () =>
	list.remove.mock.calls.map(([userId, isOver]) => [
		userId,
		...['session-1', 'new'].map((id) => isOver({ id } as ListedSession))
	]);
const becomes =
	(next: Session | null) =>
	({ locals }: ReturnType<typeof requestEvent>) =>
		void (locals.session = next);

describe('the list of sessions', () => {
	test.each([
		['/(member)/account', 1],
		['/(member)/api/me', 1],
		['/(public)/api/auth/callback/[provider]', 1],
		['/(public)/api/wallet/sessions/[id]/status', 0],
		['/(public)/api/wallet/sessions/[id]/events', 0],
		['/(public)/api/auth/session', 0]
	])('records a request to %s %i times', async (routeId, times) => {
		await handled(routeId);
		expect([list.noteActivity.mock.calls.length, list.remove.mock.calls.length]).toEqual([times, 0]);
	});

	test('drops a session when the person signs out or the refresh ends it', async () => {
		await handled('/(member)/account', becomes(null));
		expect(list.noteActivity).not.toHaveBeenCalled();
		expect(removed()).toEqual([['user-1', true, false]]);
	});

	test('adds the new session at a sign-in, in place of the previous one', async () => {
		await handled('/(public)/api/auth/callback/[provider]', becomes(someSession({ id: 'new' })));
		expect(list.noteActivity.mock.calls).toMatchObject([[{ id: 'new' }, null]]);
		expect(removed()).toEqual([['user-1', true, false]]);
	});
});

test('a session that was ended elsewhere is reported to its browser, which must sign in again at the STS', async () => {
	const ended = someSession({ id: 'ended-elsewhere' });
	const cookie = afterSetCookies('', await writeSession(ended, fakeCookies(), SIGNED_IN_AT));
	await revokeSession(ended);
	const event = requestEvent({ routeId: '/(member)/account', cookie });
	await session({ event, resolve: () => new Response('page') });
	expect(event.locals.sessionEnd).toBe('revoked');
	expect(event.cookies.get('portal.signedout')).toMatch(/^[\w-]{22}$/);
	expect(list.noteActivity).not.toHaveBeenCalled();
});
