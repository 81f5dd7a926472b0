import { describe, expect, test } from 'vitest';
import {
	calls,
	clock,
	faults,
	instance,
	LIFE_SECONDS,
	secondsLater,
	signedIn,
	stsFails,
	stsResponds,
	tokens
} from './refresh-fixture';

describe('if the STS', () => {
	test('has ended the grant, every request with the session fails with SessionEnded', async () => {
		stsFails('ended');
		const session = signedIn({ refreshAt: 0 });
		await expect(instance().refreshIfDue(session)).rejects.toMatchObject({ name: 'SessionEnded', message: 'a_code' });
		await expect(instance().refreshIfDue(session)).rejects.toMatchObject({ name: 'SessionEnded' });
		expect(calls).toHaveLength(1);
	});

	test('is unreachable, valid tokens stay in use, and it is called at most once a second', async () => {
		stsFails('postponed');
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

	test('is unreachable and the tokens have expired, requests fail with 503 until it is reachable', async () => {
		stsFails('postponed');
		const session = signedIn();
		await secondsLater(LIFE_SECONDS);
		const tokenRefresher = instance();
		await expect(tokenRefresher.refreshIfDue(session)).rejects.toMatchObject({
			code: 'upstream_unavailable',
			status: 503
		});
		stsResponds(async () => tokens(1));
		await secondsLater(1);
		expect(await tokenRefresher.refreshIfDue(session)).toMatchObject({ accessToken: 'access-1' });
	});

	test('is slow, requests with valid tokens wait two seconds at most, and there is one token call', async () => {
		stsResponds(() => clock.pause(9000).then(() => tokens(1)));
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

	test('is slow and the tokens have expired, all requests wait for one response', async () => {
		stsResponds(() => clock.pause(9000).then(() => tokens(1)));
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

	test('did not respond, the refresh token is used again only once the access token has expired', async () => {
		stsFails('lost');
		const session = signedIn();
		await secondsLater(LIFE_SECONDS - 60);
		const tokenRefresher = instance();
		for (let request = 0; request < 5; request++) {
			expect(await tokenRefresher.refreshIfDue(session)).toBe(session);
			await secondsLater(10);
		}
		expect(calls).toHaveLength(1);
		await secondsLater(10);
		stsFails('ended');
		await expect(tokenRefresher.refreshIfDue(session)).rejects.toMatchObject({ name: 'SessionEnded' });
		expect(calls).toEqual(['refresh-0', 'refresh-0']);
	});
});
