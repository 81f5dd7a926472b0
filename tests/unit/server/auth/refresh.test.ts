import { describe, expect, test } from 'vitest';
import {
	calls,
	instance,
	LIFE_SECONDS,
	nowSeconds,
	secondsLater,
	signedIn,
	stsFails,
	stsResponds,
	tokens
} from './refresh-fixture';

describe('a session', () => {
	test('is not refreshed until its tokens are due', async () => {
		const session = signedIn();
		await secondsLater(LIFE_SECONDS - 61);
		expect(await instance().refreshIfDue(session)).toBe(session);
		await secondsLater(1);
		expect(await instance().refreshIfDue(session)).toMatchObject({ accessToken: 'access-1', generation: 1 });
		expect(calls).toEqual(['refresh-0']);
	});

	test('is refreshed by one token call for 200 requests on three instances', async () => {
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

	test('is refreshed again while the STS returns the same tokens until they expire', async () => {
		const session = signedIn();
		stsResponds(async () => {
			const lifeSeconds = session.expiresAt === undefined ? 0 : session.expiresAt - nowSeconds();
			return lifeSeconds > 10 ? { ...tokens(0, lifeSeconds), refreshAt: nowSeconds() + lifeSeconds / 2 } : tokens(1);
		});
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

	test('in an old cookie is replaced by the newest, without a token call', async () => {
		const session = signedIn();
		const tokenRefresher = instance();
		stsResponds(async () => tokens(calls.length, 120));
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

	test('whose new tokens never reached the browser is replaced by the newest until it ends', async () => {
		const session = signedIn();
		await secondsLater(LIFE_SECONDS);
		await instance().refreshIfDue(session);
		await secondsLater(20 * 60 * 60);
		expect(await instance().newest(session)).toMatchObject({ accessToken: 'access-1' });
		await instance().refreshIfDue(session);
		await secondsLater(60 * 60);
		expect(await instance().refreshIfDue(session)).toMatchObject({ accessToken: 'access-3', generation: 3 });
	});

	test('is replaced by its successor for five minutes after the browser has sent the successor', async () => {
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

	test('whose new tokens are due at once causes one token call per request, not a loop', async () => {
		stsResponds(async () => tokens(calls.length, 0));
		await secondsLater(LIFE_SECONDS);
		await instance().refreshIfDue(signedIn({ refreshAt: 0 }));
		expect(calls).toHaveLength(1);
	});

	test('is refreshed each time by an STS that does not rotate refresh tokens', async () => {
		stsResponds(async () => ({ ...tokens(calls.length), refreshToken: 'refresh-0' }));
		const tokenRefresher = instance();
		let session = signedIn();
		for (let round = 0; round < 3; round++) {
			await secondsLater(LIFE_SECONDS);
			session = await tokenRefresher.refreshIfDue(session);
		}
		expect(session.accessToken).toBe('access-3');
	});

	test('whose STS does not state token lifetimes is never refreshed in advance', async () => {
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

describe('an access token that a backend refuses', () => {
	test('is replaced by one token call, for all refused requests', async () => {
		const session = signedIn();
		const replaced = await Promise.all([instance(), instance()].map((one) => one.forceRefresh(session)));
		expect(replaced.map(({ accessToken }) => accessToken)).toEqual(['access-1', 'access-1']);
		expect(calls).toHaveLength(1);
	});

	test('is not replaced again for 30 seconds if the new one is refused too', async () => {
		const tokenRefresher = instance();
		const next = await tokenRefresher.forceRefresh(signedIn());
		expect(await tokenRefresher.forceRefresh(next)).toBe(next);
		await secondsLater(30);
		expect(await tokenRefresher.forceRefresh(next)).toMatchObject({ accessToken: 'access-2' });
		expect(calls).toHaveLength(2);
	});

	test('is kept if there is no refresh token', async () => {
		const session = signedIn({ refreshToken: undefined });
		expect(await instance().forceRefresh(session)).toBe(session);
	});

	test('ends the session if the STS has ended the grant', async () => {
		stsFails('ended');
		await expect(instance().forceRefresh(signedIn())).rejects.toMatchObject({ name: 'SessionEnded' });
	});
});
