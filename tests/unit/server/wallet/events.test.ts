import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventStreams, walletEvents } from '$lib/server/wallet/events';
import { revokeSession, revokeUser } from '$lib/server/auth/revoked-sessions';
import type { Session } from '$lib/server/auth/session';
import type { OwnedSession } from '$lib/server/auth/wallet-cookies';
import { log } from '$lib/server/log';
import { requestEvent, type EventOptions } from '../../../harness/request-event';
import { SIGNED_IN_AT, someSession } from '../auth/session-fixture';
import { statusOf } from './watched';

vi.mock('$lib/server/config', () => import('../configured'));
const readStatus = vi.hoisted(() => vi.fn());
vi.mock('$lib/server/wallet/bridge', () => ({
	bridge: () => ({ readStatus }),
	credentialFor: ({ requestId }: App.Locals) => ({ requestId, authorization: undefined })
}));

const MINUTE_MS = 60_000;
const owned: OwnedSession = {
	id: 'w1',
	requestUri: null,
	startedAt: SIGNED_IN_AT * 1000,
	expiresAt: SIGNED_IN_AT * 1000 + 300_000,
	returnTo: '/account',
	idv: 'none',
	completed: false
};

beforeEach(() => {
	vi.useFakeTimers({ now: SIGNED_IN_AT * 1000 });
	readStatus.mockReset().mockReturnValue(new Promise(() => {}));
});
afterEach(() => void vi.useRealTimers());

/** In how many minutes the stream of such a caller ends; more than 20 for one that does not. */
async function minutesOpen(options: EventOptions): Promise<number> {
	const response = walletEvents(requestEvent(options), [owned]);
	// Read all along: a client that reads nothing is dropped sooner.
	const over = new AbortController();
	void response.text().then(() => over.abort());
	for (let minutes = 0; minutes <= 20; minutes++) {
		if (over.signal.aborted) return minutes;
		await vi.advanceTimersByTimeAsync(MINUTE_MS);
	}
	return Infinity;
}

const inMinutes = (minutes: number) => SIGNED_IN_AT + minutes * 60;
const apiClient = (tokenExpiresAt: number) => ({ clientId: 'c', scopes: [], tokenExpiresAt }) as never;

test.each<[string, number, EventOptions]>([
	['15 minutes without a session', 15, {}],
	['15 minutes if the access token and the session last longer', 15, { session: someSession() }],
	['as long as the access token', 4, { session: someSession({ expiresAt: inMinutes(4) }) }],
	['as long as the session, if the access token lasts longer', 3, { session: someSession({ endsAt: inMinutes(3) }) }],
	[
		'as long as the session, if the STS does not state the lifetime of tokens',
		2,
		{ session: someSession({ expiresAt: undefined, endsAt: inMinutes(2) }) }
	],
	['as long as the access token of an API client', 5, { apiClient: apiClient(inMinutes(5)) }],
	['no time with an access token that has just expired', 1, { session: someSession({ expiresAt: inMinutes(-1) }) }]
])('an event stream lasts %s', async (_what, minutes, options) => {
	expect(await minutesOpen(options)).toBe(minutes);
	expect(eventStreams().size()).toBe(0);
});

test.each<[string, (session: Session) => Promise<void>, number]>([
	['immediately with a sign-out', (session) => revokeSession(session), 0],
	['within a minute when an operator ends their sessions', ({ userId }) => revokeUser(userId), MINUTE_MS]
])('the event stream of a signed-in person ends %s', async (what, end, afterMs) => {
	const session = someSession({ id: what, userId: what });
	const response = walletEvents(requestEvent({ session }), [owned]);
	const text = response.text();
	await vi.advanceTimersByTimeAsync(1000);
	await end(session);
	await vi.advanceTimersByTimeAsync(afterMs);
	expect(eventStreams().size()).toBe(0);
	expect(await text).toContain('event: connected');
});

test('an event stream that its reader closes leaves no timer, and no watch of its session', async () => {
	const { body } = walletEvents(requestEvent({ session: someSession() }), [owned]);
	expect(vi.getTimerCount()).toBeGreaterThan(0);
	await body?.cancel();
	expect(vi.getTimerCount()).toBe(0);
});

test('a stream is refused if the tokens of the session cannot be read from the shared store', () => {
	const session = someSession({ accessToken: undefined, tokensKey: 'key' });
	expect(() => walletEvents(requestEvent({ session }), [owned])).toThrow(
		expect.objectContaining({ code: 'upstream_unavailable' })
	);
	expect(eventStreams().size()).toBe(0);
});

test('a stream whose event cannot be made ends, so that its client reads the status instead', async () => {
	readStatus.mockResolvedValue(statusOf('PENDING'));
	const logged = vi.spyOn(log, 'error').mockImplementation(() => {});
	const bug = new TypeError('a bug');
	const broken: OwnedSession = Object.defineProperty({ ...owned, id: 'broken' }, 'expiresAt', {
		get: () => {
			throw bug;
		}
	});
	const text = walletEvents(requestEvent({}), [broken]).text();
	await vi.advanceTimersByTimeAsync(1500);
	expect(eventStreams().size()).toBe(0);
	expect(await text).not.toContain('trouble');
	expect(logged.mock.calls).toEqual([
		['unexpected error', { requestId: expect.any(String) as string, where: 'application', error: bug }]
	]);
	logged.mockRestore();
});

test('a stream reports a new status when the wall clock steps back an hour', async () => {
	readStatus.mockResolvedValue(statusOf('PENDING'));
	const response = walletEvents(requestEvent({}), [owned]);
	const reported: string[] = [];
	const reading = response.body
		?.pipeThrough(new TextDecoderStream())
		.pipeTo(new WritableStream({ write: (part) => void reported.push(part) }));
	await vi.advanceTimersByTimeAsync(1500);
	vi.setSystemTime(Date.now() - 60 * MINUTE_MS);
	readStatus.mockResolvedValue(statusOf('INTERACTION_STARTED'));
	await vi.advanceTimersByTimeAsync(5000);
	expect(reported.join('')).toContain('INTERACTION_STARTED');
	eventStreams().closeAll();
	await reading;
});
