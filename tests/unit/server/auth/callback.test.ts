import { decodeJwt } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { isReplaced, isRevokedNow, revokeSession } from '$lib/server/auth/revoked-sessions';
import { isMarkedSignedOut } from '$lib/server/auth/sign-out';
import { log } from '$lib/server/log';
import { failed, MINUTE_MS, returned, started, sts } from './callback-fixture';
import { oddClaims } from './fake-sts';
import { someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));

describe('a callback that the same browser repeats', () => {
	test('at the same time redeems the code once, and signs in with each response', async () => {
		const { query, cookie } = await started();
		const ends = await Promise.all([1, 2, 3].map(() => returned(query, cookie)));
		expect(ends.map(({ path }) => path)).toEqual(ends.map(() => '/help?x=1'));
		expect(new Set(ends.map(({ session }) => session?.id))).toEqual(new Set([ends[0]?.session?.id]));
		expect(ends[0]?.session).not.toBeNull();
		expect(sts.tokenRequests).toHaveLength(1);
	});

	test('within a minute signs in with the same session, in case the first response was lost', async () => {
		const { query, cookie } = await started();
		const first = await returned(query, cookie);
		vi.advanceTimersByTime(MINUTE_MS - 1000);
		const again = await returned(query, cookie);
		expect(again).toMatchObject({ path: '/help?x=1', session: { id: first.session?.id } });
		expect(sts.tokenRequests).toHaveLength(1);
	});

	test('after a minute does not redeem the code again', async () => {
		const { query, cookie } = await started();
		await returned(query, cookie);
		vi.advanceTimersByTime(MINUTE_MS + 1000);
		const late = await returned(query, cookie);
		expect(late).toMatchObject({ path: failed('sign_in_interrupted'), session: null });
		expect(sts.tokenRequests).toHaveLength(1);
	});

	test('keeps the current session, with its refreshed tokens', async () => {
		const { query, cookie } = await started();
		const first = await returned(query, cookie);
		const held = { ...someSession(), ...first.session, generation: 3, accessToken: 'refreshed' };
		const again = await returned(query, cookie, held);
		expect(again.session).toBe(held);
	});

	test('after sign-out does not sign in again', async () => {
		const { query, cookie } = await started();
		const first = await returned(query, cookie);
		await revokeSession(first.session ?? someSession());
		expect(await returned(query, cookie)).toMatchObject({ path: failed('sign_in_interrupted'), session: null });
		expect(sts.tokenRequests).toHaveLength(1);
	});

	test('after the code was refused has the same result, without another token request', async () => {
		sts.behaviour = { tokenResponse: () => Response.json({ error: 'invalid_grant' }, { status: 400 }) };
		const { query, cookie } = await started();
		const ends = [await returned(query, cookie), await returned(query, cookie)];
		expect(ends.map(({ path }) => path)).toEqual([failed('sign_in_failed'), failed('sign_in_failed')]);
		expect(sts.tokenRequests).toHaveLength(1);
	});
});

describe('a callback whose state does not match the flow', () => {
	test('is rejected without a request to the STS', async () => {
		const { query, cookie } = await started();
		const [id, key = '', target] = (query.get('state') ?? '').split('.');
		const other = key.startsWith('A') ? key.replace('A', 'B') : `A${key.slice(1)}`;
		query.set('state', [id, other, target].join('.'));
		expect(await returned(query, cookie)).toMatchObject({ path: failed('sign_in_interrupted'), session: null });
		expect(sts.requests).toEqual([]);
	});
});

describe('a callback without the flow’s cookie', () => {
	test.each([
		['of another browser', 'portal.login=x', 'sign_in_interrupted'],
		['of a browser without any cookie', '', 'cookies_required']
	])('%s is rejected without a request to the STS', async (_, other, error) => {
		const { query, cookie } = await started();
		await returned(query, cookie);
		sts.requests = [];
		expect(await returned(query, other)).toMatchObject({ path: failed(error), session: null });
		expect(sts.requests).toEqual([]);
	});

	test('of a signed-in person redirects to the account page', async () => {
		const { query } = await started();
		const session = someSession();
		expect(await returned(query, 'portal.login=x', session)).toMatchObject({ path: '/account', session });
		expect(sts.tokenRequests).toEqual([]);
	});

	test('of the oldest of five tabs reports that newer sign-ins have replaced it', async () => {
		const first = await started();
		let { cookie } = first;
		for (let tab = 2; tab <= 5; tab++) {
			vi.advanceTimersByTime(1000);
			({ cookie } = await started({ returnTo: `/account?tab=${tab}` }, cookie));
		}
		// As the cookie budget leaves it.
		cookie = cookie.replace(`${first.cookie}; `, '');
		expect(await returned(first.query, cookie)).toMatchObject({ path: failed('sign_in_replaced'), session: null });
		expect(sts.tokenRequests).toEqual([]);
		expect((await returned(first.query, cookie, someSession())).path).toBe('/help?x=1');
	});

	test('after the cookie has expired reports that the sign-in took too long', async () => {
		const { query, cookie } = await started();
		vi.advanceTimersByTime(61 * MINUTE_MS);
		expect((await returned(query, 'portal.login=x')).path).toBe(failed('sign_in_expired'));
		expect((await returned(query, cookie)).path).toBe(failed('sign_in_expired'));
		expect(sts.tokenRequests).toEqual([]);
	});

	test('with an unknown state reports an interruption, with the return path of the newest sign-in', async () => {
		const { cookie } = await started();
		const end = await returned(new URLSearchParams({ code: 'c', state: 'not-the-state' }), cookie);
		expect(end.path).toBe(failed('sign_in_interrupted'));
	});

	test('of a sign-in that version 1.0.0 started reports that the site was updated', async () => {
		const { flow } = await started();
		const callback = `portal.callback.${flow.id}=${encodeURIComponent('http://localhost:3000/help?x=1')}`;
		const query = new URLSearchParams({ code: 'c', state: `${flow.id}.eyJhbGciOiJkaXIifQ..a.b.c` });
		const end = await returned(query, `portal.pkce.${flow.id}=eyJ; ${callback}`);
		expect(end).toMatchObject({ path: failed('sign_in_updated'), cookie: '', session: null });
	});
});

describe('a sign-in', () => {
	test.each([2037, 2038, 2040, 2107])('in the year %i succeeds', async (year) => {
		vi.setSystemTime(Date.UTC(year, 5, 1));
		const { query, cookie } = await started();
		const { path, session } = await returned(query, cookie);
		expect(path).toBe('/help?x=1');
		expect(new Date((session?.endsAt ?? 0) * 1000).getUTCFullYear()).toBe(year);
	});

	test('revokes the browser’s previous session as replaced, so that its late responses leave the new cookie', async () => {
		const before = someSession({ id: 'previous' });
		const { query, cookie } = await started();
		const { session } = await returned(query, cookie, before);
		expect(session?.id).not.toBe(before.id);
		expect([await isRevokedNow(before), await isReplaced(before)]).toEqual([true, true]);
	});

	test.each([
		['ignored', 3600, true],
		['obeyed', 0, false]
	])(
		'in which the STS %s prompt=login decides whether the mark of a sign-out stays',
		async (_, ageSeconds, isMarked) => {
			vi.spyOn(log, 'warn').mockImplementation(() => {});
			sts.behaviour.claims = { auth_time: Math.floor(Date.now() / 1000) - ageSeconds };
			const { query, cookie } = await started({ requestsLogin: true }, 'portal.signedout=1; portal.login=x');
			expect(isMarkedSignedOut((await returned(query, cookie)).cookies)).toBe(isMarked);
		}
	);

	test.each(oddClaims)(
		'whose ID token has %s succeeds, and the session keeps the ID token unchanged',
		async (_what, claims) => {
			sts.behaviour.claims = claims;
			const { query, cookie } = await started();
			const { session } = await returned(query, cookie);
			expect(decodeJwt(session?.idToken ?? '')).toMatchObject(JSON.parse(JSON.stringify(claims)) as object);
		}
	);

	test.each([
		[null, 0],
		['1700000000', 1_700_000_000],
		['yesterday', 0],
		[-1.5, 0]
	])('whose auth_time is %j does not count as fresh', async (auth_time, authTime) => {
		sts.behaviour.claims = { auth_time };
		const { query, cookie } = await started();
		expect((await returned(query, cookie)).session).toMatchObject({ authTime });
	});

	test.each([
		['another nonce', { nonce: 'another' }],
		['a null nonce', { nonce: null }],
		['a null subject', { sub: null }],
		['a numeric subject', { sub: 7 }],
		['a string for exp', { exp: '1900000000' }],
		['a null iat', { iat: null }],
		['an invalid audience', { aud: [{ portal: 'client' }] }]
	])('whose ID token has %s fails', async (_what, claims) => {
		vi.spyOn(log, 'warn').mockImplementation(() => {});
		sts.behaviour.claims = claims;
		const { query, cookie } = await started();
		expect(await returned(query, cookie)).toMatchObject({ session: null, path: failed('sign_in_failed') });
	});
});
