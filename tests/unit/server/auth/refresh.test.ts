import { beforeEach, describe, expect, test } from 'vitest';
import type { Session } from '$lib/server/auth/session';
import type { TokenSet } from '$lib/server/auth/session-tokens';
import { createRefresher } from '$lib/server/auth/refresh';
import { WorkFailed, type WorkFault } from '$lib/server/auth/run-once';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { virtualClock, type VirtualClock } from '../../virtual-clock';
import { SIGNED_IN_AT, someSession } from './session-fixture';

const LIFE_SECONDS = 300;
let clock: VirtualClock;
let store: Store;
let calls: string[];
let faults: string[];
let redeem: () => Promise<TokenSet>;

beforeEach(() => {
	clock = virtualClock(SIGNED_IN_AT * 1000);
	store = createMemoryStore(clock);
	calls = [];
	faults = [];
	redeem = async () => tokens(calls.length);
});

const nowSeconds = () => clock.now() / 1000;

function tokens(n: number, lifeSeconds = LIFE_SECONDS): TokenSet {
	const expiresAt = nowSeconds() + lifeSeconds;
	return { accessToken: `access-${n}`, refreshToken: `refresh-${n}`, expiresAt, refreshAt: expiresAt - 60 };
}

const signedIn = (changes: Partial<Session> = {}) => someSession({ ...tokens(0), ...changes });
const secondsLater = (seconds: number) => clock.advance(seconds * 1000);

function instance() {
	return createRefresher({
		store,
		now: clock.now,
		unixNow: clock.now,
		every: clock.every,
		limit: clock.limit,
		onFault: ({ fault, code }) => faults.push(`${fault} ${code}`),
		redeem({ refreshToken }) {
			calls.push(refreshToken);
			return redeem();
		}
	});
}

const fails = (fault: WorkFault) => () => Promise.reject(new WorkFailed(fault, 'a_code'));
describe('a session', () => {
	test('is left alone until its tokens are due, and then renewed', async () => {
		const session = signedIn();
		await secondsLater(LIFE_SECONDS - 61);
		expect(await instance().refreshIfDue(session)).toBe(session);
		await secondsLater(1);
		expect(await instance().refreshIfDue(session)).toMatchObject({ accessToken: 'access-1', generation: 1 });
		expect(calls).toEqual(['refresh-0']);
	});

	test('is renewed by one token call for 200 requests on three instances', async () => {
		const session = signedIn();
		await secondsLater(LIFE_SECONDS);
		const all = [instance(), instance(), instance()];
		const renewed = await Promise.all(Array.from({ length: 200 }, async (_, n) => all[n % 3]?.refreshIfDue(session)));
		expect(new Set(renewed.map((one) => one?.accessToken))).toEqual(new Set(['access-1']));
		expect(calls).toEqual(['refresh-0']);
	});

	test('keeps its id, its person and its absolute end when it is refreshed', async () => {
		const session = signedIn({ idToken: 'the first' });
		await secondsLater(LIFE_SECONDS);
		const { id, sub, userId, endsAt, authTime, idToken } = session;
		expect(await instance().refreshIfDue(session)).toMatchObject({ id, sub, userId, endsAt, authTime, idToken });
	});

	test('that is given the same tokens until they end is renewed all the same, and again', async () => {
		const session = signedIn();
		redeem = async () => {
			const lifeSeconds = session.expiresAt === undefined ? 0 : session.expiresAt - nowSeconds();
			return lifeSeconds > 10 ? { ...tokens(0, lifeSeconds), refreshAt: nowSeconds() + lifeSeconds / 2 } : tokens(1);
		};
		await secondsLater(LIFE_SECONDS - 60);
		const all = [instance(), instance()];
		const first = await Promise.all(all.map((one) => one.refreshIfDue(session)));
		expect(first.map(({ accessToken, generation }) => [accessToken, generation])).toEqual([
			['access-0', 1],
			['access-0', 1]
		]);
		expect(calls).toHaveLength(1);
		expect(await all[1]?.newest(first[0] ?? session)).toMatchObject({ accessToken: 'access-0', generation: 1 });
		await secondsLater(30);
		const [second = session] = await Promise.all(all.map((one) => one.refreshIfDue(first[0] ?? session)));
		expect([second.accessToken, second.generation, calls.length]).toEqual(['access-0', 2, 2]);
		await secondsLater(30);
		expect(await all[0]?.refreshIfDue(second)).toMatchObject({ accessToken: 'access-1', generation: 3 });
		expect(await all[1]?.newest(second)).toMatchObject({ accessToken: 'access-1', generation: 3 });
	});

	test('carried by an old cookie is led to the newest, without a token call', async () => {
		const session = signedIn();
		const tokenRefresher = instance();
		redeem = async () => tokens(calls.length, 120);
		let newest = session;
		for (let round = 0; round < 3; round++) {
			await secondsLater(LIFE_SECONDS / 5);
			newest = await tokenRefresher.refreshIfDue({ ...newest, refreshAt: 0 });
		}
		expect(calls).toHaveLength(3);
		expect(await instance().newest(session)).toMatchObject({ accessToken: 'access-3', generation: 3 });
		const late = await instance().refreshIfDue({ ...session, refreshAt: 0 });
		expect([late.accessToken, calls.length]).toEqual(['access-3', 3]);
	});

	test('whose new tokens never reached the browser is led to them as long as it lives', async () => {
		const session = signedIn();
		await secondsLater(LIFE_SECONDS);
		await instance().refreshIfDue(session);
		await secondsLater(20 * 60 * 60);
		expect(await instance().newest(session)).toMatchObject({ accessToken: 'access-1' });
		await instance().refreshIfDue(session);
		await secondsLater(60 * 60);
		expect(await instance().refreshIfDue(session)).toMatchObject({ accessToken: 'access-3', generation: 3 });
	});

	test('is led to its successor for five minutes after the browser has come back with that', async () => {
		const session = signedIn();
		await secondsLater(LIFE_SECONDS);
		const next = await instance().refreshIfDue(session);
		await secondsLater(LIFE_SECONDS);
		await instance().refreshIfDue(next);
		await secondsLater(299);
		expect(await instance().newest(session)).toMatchObject({ accessToken: 'access-2' });
		await secondsLater(1);
		expect(await instance().newest(session)).toBe(session);
		expect(await instance().newest(next)).toMatchObject({ accessToken: 'access-2' });
	});

	test('whose new tokens are due at once costs one token call a request, not a loop of them', async () => {
		redeem = async () => tokens(calls.length, 0);
		await secondsLater(LIFE_SECONDS);
		await instance().refreshIfDue(signedIn({ refreshAt: 0 }));
		expect(calls).toHaveLength(1);
	});

	test('of an STS that does not rotate is renewed each time', async () => {
		redeem = async () => ({ ...tokens(calls.length), refreshToken: 'refresh-0' });
		const tokenRefresher = instance();
		let session = signedIn();
		for (let round = 0; round < 3; round++) {
			await secondsLater(LIFE_SECONDS);
			session = await tokenRefresher.refreshIfDue(session);
		}
		expect(session.accessToken).toBe('access-3');
	});

	test('whose STS does not state token lifetimes is never refreshed ahead', async () => {
		const session = signedIn({ expiresAt: undefined, refreshAt: undefined });
		await secondsLater(80_000);
		expect(await instance().refreshIfDue(session)).toBe(session);
	});

	test('without a refresh token ends with its access token', async () => {
		const session = signedIn({ refreshToken: undefined });
		await secondsLater(LIFE_SECONDS - 1);
		expect(await instance().refreshIfDue(session)).toBe(session);
		await secondsLater(1);
		await expect(instance().refreshIfDue(session)).rejects.toMatchObject({ name: 'SessionEnded' });
	});
});

describe('when the STS', () => {
	test('has ended the grant, the session is over, for every request that carries it', async () => {
		redeem = fails('ended');
		const session = signedIn({ refreshAt: 0 });
		await expect(instance().refreshIfDue(session)).rejects.toMatchObject({ name: 'SessionEnded', message: 'a_code' });
		await expect(instance().refreshIfDue(session)).rejects.toMatchObject({ name: 'SessionEnded' });
		expect(calls).toHaveLength(1);
	});

	test('is unreachable, valid tokens stay in use, and it is called at most once a second', async () => {
		redeem = fails('postponed');
		const session = signedIn({ refreshAt: 0 });
		const tokenRefresher = instance();
		expect(await tokenRefresher.refreshIfDue(session)).toBe(session);
		expect(await tokenRefresher.refreshIfDue(session)).toBe(session);
		expect(calls).toHaveLength(1);
		await secondsLater(1);
		expect(await tokenRefresher.refreshIfDue(session)).toBe(session);
		expect(calls).toHaveLength(2);
		expect(faults).toEqual(['postponed a_code', 'postponed a_code']);
	});

	test('is unreachable and the tokens have expired, requests get Retry-After; later ones are served', async () => {
		redeem = fails('postponed');
		const session = signedIn();
		await secondsLater(LIFE_SECONDS);
		const tokenRefresher = instance();
		await expect(tokenRefresher.refreshIfDue(session)).rejects.toMatchObject({
			code: 'upstream_unavailable',
			status: 503
		});
		redeem = async () => tokens(1);
		await secondsLater(1);
		expect(await tokenRefresher.refreshIfDue(session)).toMatchObject({ accessToken: 'access-1' });
	});

	test('is slow, nobody with valid tokens waits longer than two seconds, and nothing is requested twice', async () => {
		redeem = () => clock.pause(9000).then(() => tokens(1));
		const session = signedIn({ refreshAt: 0 });
		const tokenRefresher = instance();
		const waiting = tokenRefresher.refreshIfDue(session);
		await clock.advance(0);
		await clock.advance(2000);
		expect(await waiting).toBe(session);
		await clock.advance(7000);
		await clock.advance(0);
		expect(await tokenRefresher.refreshIfDue(session)).toMatchObject({ accessToken: 'access-1' });
		expect(calls).toHaveLength(1);
	});

	test('is slow and the tokens have expired, requests wait for the one response', async () => {
		redeem = () => clock.pause(9000).then(() => tokens(1));
		const session = signedIn();
		await secondsLater(LIFE_SECONDS);
		const waiting = Promise.all([instance(), instance()].map((one) => one.refreshIfDue(session)));
		await clock.advance(0);
		await clock.advance(9000);
		await clock.advance(0);
		await clock.advance(1000);
		expect((await waiting).map(({ accessToken }) => accessToken)).toEqual(['access-1', 'access-1']);
		expect(calls).toHaveLength(1);
	});

	test('did not respond, the token is not redeemed again while the access token is valid, then once', async () => {
		redeem = fails('lost');
		const session = signedIn();
		await secondsLater(LIFE_SECONDS - 60);
		const tokenRefresher = instance();
		for (let request = 0; request < 5; request++) {
			expect(await tokenRefresher.refreshIfDue(session)).toBe(session);
			await secondsLater(10);
		}
		expect(calls).toHaveLength(1);
		await secondsLater(10);
		redeem = fails('ended');
		await expect(tokenRefresher.refreshIfDue(session)).rejects.toMatchObject({ name: 'SessionEnded' });
		expect(calls).toEqual(['refresh-0', 'refresh-0']);
	});
});

describe('an access token that a service refuses', () => {
	test('is replaced by one token call, for all refused requests', async () => {
		const session = signedIn();
		const replaced = await Promise.all([instance(), instance()].map((one) => one.forceRefresh(session)));
		expect(replaced.map(({ accessToken }) => accessToken)).toEqual(['access-1', 'access-1']);
		expect(calls).toHaveLength(1);
	});

	test('is not replaced again for half a minute where the new one is refused too', async () => {
		const tokenRefresher = instance();
		const next = await tokenRefresher.forceRefresh(signedIn());
		expect(await tokenRefresher.forceRefresh(next)).toBe(next);
		await secondsLater(30);
		expect(await tokenRefresher.forceRefresh(next)).toMatchObject({ accessToken: 'access-2' });
		expect(calls).toHaveLength(2);
	});

	test('stays where there is nothing to replace it with', async () => {
		const session = signedIn({ refreshToken: undefined });
		expect(await instance().forceRefresh(session)).toBe(session);
	});

	test('tells that the STS has ended the grant', async () => {
		redeem = fails('ended');
		await expect(instance().forceRefresh(signedIn())).rejects.toMatchObject({ name: 'SessionEnded' });
	});
});
