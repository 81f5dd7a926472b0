import { describe, expect, test, vi } from 'vitest';
import { findFlow, flowIds } from '$lib/server/auth/sign-in-flow';
import { log } from '$lib/server/log';
import { failed, MINUTE_MS, refused, returned, started, sts } from './callback-fixture';
import { someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));

describe('an error of the STS', () => {
	const logged = () => vi.spyOn(log, 'warn').mockImplementation(() => {});

	test('is logged with its code and its description, without personal data', async () => {
		const warn = logged();
		const { query, cookie } = await started();
		await returned(refused(query, 'invalid_scope', 'no scope eduid for sanne@uni.example'), cookie);
		expect(warn).toHaveBeenCalledWith(
			'a sign-in failed',
			expect.objectContaining({ stsError: 'invalid_scope', stsDescription: 'no scope eduid for [email]' })
		);
	});

	test.each(['<script>', 'Invalid Scope', 'x'.repeat(65)])('that is no code is not logged: %s', async (error) => {
		const warn = logged();
		const { query, cookie } = await started();
		await returned(refused(query, error), cookie);
		expect(warn.mock.calls.map(([, fields]) => fields)).toEqual([
			expect.not.objectContaining({ stsError: expect.anything() as unknown })
		]);
	});

	test('with a description without end is logged in 200 characters', async () => {
		const warn = logged();
		const { query, cookie } = await started();
		await returned(refused(query, 'invalid_scope', 'no '.repeat(9999)), cookie);
		const { stsDescription } = warn.mock.calls[0]?.[1] as { stsDescription: string };
		expect(stsDescription).toHaveLength(200);
	});

	test.each([
		['access_denied', 'access_denied'],
		['consent_required', 'interaction_required'],
		['temporarily_unavailable', 'sts_unavailable'],
		['invalid_scope', 'portal_misconfigured']
	])('%s without a state is shown as that, with the return path, and leaves the sign-in alone', async (error, code) => {
		const { query, cookie } = await started();
		const end = await returned(new URLSearchParams({ error }), cookie);
		expect(end).toMatchObject({ path: failed(code), cookie });
		expect((await returned(query, end.cookie)).path).toBe('/help?x=1');
	});
});

describe('the return path survives', () => {
	test.each([
		['a refusal', 'access_denied', 'access_denied'],
		['a fault of the STS', 'server_error', 'sts_unavailable'],
		['an error that nobody knows', 'something_new', 'sign_in_failed']
	])('%s', async (_, error, code) => {
		const { query, cookie } = await started();
		const end = await returned(refused(query, error), cookie);
		expect(end).toMatchObject({ path: failed(code), cookie: 'portal.login=x' });
		expect(sts.tokenRequests).toEqual([]);
	});

	test('a callback without a code', async () => {
		const { query, cookie } = await started();
		query.delete('code');
		expect((await returned(query, cookie)).path).toBe(failed('sign_in_failed'));
	});

	test('even where it is too long for the cookie', async () => {
		const returnTo = `/help?${'x'.repeat(500)}`;
		const { query, cookie } = await started({ returnTo });
		const { path } = await returned(refused(query, 'access_denied'), cookie);
		expect(new URLSearchParams(path.slice(path.indexOf('?'))).get('returnTo')).toBe(returnTo);
	});
});

describe('more than 15 minutes at the institution', () => {
	test('is reported as such, without redeeming the code', async () => {
		const { query, cookie } = await started();
		vi.advanceTimersByTime(15 * MINUTE_MS + 1000);
		expect(await returned(query, cookie)).toMatchObject({
			path: failed('sign_in_expired'),
			session: null,
			cookie: 'portal.login=x'
		});
		expect(sts.tokenRequests).toEqual([]);
	});

	test('does not hold up a person who has signed in on another tab meanwhile', async () => {
		const { query, cookie } = await started();
		vi.advanceTimersByTime(16 * MINUTE_MS);
		expect((await returned(query, cookie, someSession())).path).toBe('/help?x=1');
	});

	test('is reported to a signed-in person whose identity the sign-in was to confirm', async () => {
		const { query, cookie } = await started({ requestsLogin: true });
		vi.advanceTimersByTime(16 * MINUTE_MS);
		expect((await returned(query, cookie, someSession())).path).toBe(failed('sign_in_expired'));
	});
});

describe('an STS that says that the person took too long', () => {
	const expired = (query: URLSearchParams) => refused(query, 'temporarily_unavailable', 'authentication_expired');

	test('gets a new authorization request at once, by the same way and for the same page', async () => {
		const { query, cookie, flow } = await started({ requestsLogin: true });
		vi.advanceTimersByTime(31 * MINUTE_MS);
		const end = await returned(expired(query), cookie);
		const url = new URL(end.path);
		expect(url.origin + url.pathname).toBe('http://localhost:8092/authorize');
		expect(url.searchParams.get('prompt')).toBe('login');
		const [id = ''] = flowIds(end.cookies);
		expect(id).not.toBe(flow.id);
		expect(findFlow(end.cookies, id)).toMatchObject({ restarts: 1, returnTo: '/help?x=1', requestsLogin: true });
		const signedIn = await returned(sts.authorize(url), end.cookie);
		expect(signedIn.path).toBe('/help?x=1');
		expect(signedIn.session).not.toBeNull();
	});

	test('a second time is not asked again: the page says so', async () => {
		const { query, cookie } = await started();
		const once = await returned(expired(query), cookie);
		const twice = await returned(expired(sts.authorize(new URL(once.path))), once.cookie);
		expect(twice).toMatchObject({ path: failed('sign_in_expired'), session: null });
	});

	test('for one callback that is requested twice gets one authorization request', async () => {
		const { query, cookie } = await started();
		const ends = await Promise.all([1, 2].map(() => returned(expired(query), cookie)));
		expect(new Set(ends.map(({ path }) => path)).size).toBe(1);
		expect(new Set(ends.flatMap(({ cookies }) => flowIds(cookies))).size).toBe(1);
	});
});
