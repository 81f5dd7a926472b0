import { afterEach, describe, expect, test, vi } from 'vitest';
import { findFlow, flowIds } from '$lib/server/auth/sign-in-flow';
import { callbackRuns } from '$lib/server/auth/sign-in-result';
import { log } from '$lib/server/log';
import { count } from '$lib/server/metrics';
import { sharedStore } from '$lib/server/store';
import { writeRecord } from '$lib/server/store/lease';
import { failed, MINUTE_MS, refused, returned, started, sts } from './callback-fixture';
import { ISSUER } from './fake-sts';
import { someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));
vi.mock('$lib/server/metrics', { spy: true });

describe('an STS error', () => {
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

	test.each(['<script>', 'Invalid Scope', 'x'.repeat(65)])(
		'is not logged if it is not a valid error code: %s',
		async (error) => {
			const warn = logged();
			const { query, cookie } = await started();
			await returned(refused(query, error), cookie);
			expect(warn.mock.calls.map(([, fields]) => fields)).toEqual([
				expect.not.objectContaining({ stsError: expect.anything() as unknown })
			]);
		}
	);

	test('has its description truncated to 200 characters in the log', async () => {
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
	])(
		'%s without a state shows the matching error and the return path, and does not end the sign-in',
		async (error, code) => {
			const { query, cookie } = await started();
			const end = await returned(new URLSearchParams({ error }), cookie);
			expect(end).toMatchObject({ path: failed(code), cookie });
			expect((await returned(query, end.cookie)).path).toBe('/help?x=1');
		}
	);
});

describe('the issuer of an error response', () => {
	test.each([
		['that is another one', (query: URLSearchParams) => query.set('iss', 'https://evil.example')],
		['that the STS promises and that is absent', (query: URLSearchParams) => query.delete('iss')]
	])('%s is refused, and the sign-in goes on', async (_, change) => {
		const { query, cookie } = await started();
		const forged = refused(query, 'access_denied');
		change(forged);
		const end = await returned(forged, cookie);
		expect(end).toMatchObject({ path: failed('sign_in_interrupted'), cookie });
		expect((await returned(query, end.cookie)).path).toBe('/help?x=1');
	});
});

describe('the issuer of a callback, after the STS has added a slash to its own', () => {
	const AFTER = `${ISSUER}/`;
	/** Discovery is then read again. */
	function issueAs(issuer: string) {
		sts.behaviour = { metadata: { issuer }, claims: { iss: issuer } };
		vi.advanceTimersByTime(5 * MINUTE_MS);
	}
	afterEach(() => issueAs(ISSUER));
	async function startedBefore() {
		issueAs(ISSUER);
		const { query, cookie } = await started();
		sts.behaviour = { metadata: { issuer: AFTER }, claims: { iss: AFTER } };
		return { query, cookie };
	}

	test('is accepted at once: the person is signed in', async () => {
		const { query, cookie } = await startedBefore();
		query.set('iss', AFTER);
		vi.advanceTimersByTime(10_000);
		expect(await returned(query, cookie)).toMatchObject({ path: '/help?x=1', session: { sub: 'subject-1' } });
	});

	test('is accepted at once in an error response', async () => {
		const { query, cookie } = await startedBefore();
		const denied = refused(query, 'access_denied');
		denied.set('iss', AFTER);
		vi.advanceTimersByTime(10_000);
		expect((await returned(denied, cookie)).path).toBe(failed('access_denied'));
	});

	test('need not be in the callback: a first sign-in may fail, and the next one succeeds', async () => {
		issueAs(ISSUER);
		sts.behaviour.metadata = { issuer: ISSUER, authorization_response_iss_parameter_supported: false };
		vi.advanceTimersByTime(5 * MINUTE_MS);
		const first = await started();
		sts.behaviour = {
			metadata: { issuer: AFTER, authorization_response_iss_parameter_supported: false },
			claims: { iss: AFTER }
		};
		const ends = [];
		for (const { query, cookie } of [first, await started()]) {
			query.delete('iss');
			ends.push((await returned(query, cookie)).path);
		}
		expect(ends).toEqual([failed('sign_in_failed'), '/help?x=1']);
	});
});

describe('each page with a help code has a line in the log, and each failure counts once', () => {
	const failures = () => vi.mocked(count).mock.calls.filter(([name]) => name === 'portal.sign_ins');
	function lines() {
		const warn = vi.spyOn(log, 'warn').mockImplementation(() => {});
		vi.mocked(count).mockClear();
		return () => warn.mock.calls.filter(([message]) => message === 'a sign-in failed');
	}

	test('if a browser repeats a callback that fails', async () => {
		const written = lines();
		sts.behaviour = { tokenResponse: () => Response.json({ error: 'invalid_grant' }, { status: 400 }) };
		const { query, cookie } = await started();
		const ends = await Promise.all([returned(query, cookie), returned(query, cookie)]);
		expect(ends.map(({ path }) => path)).toEqual([failed('sign_in_failed'), failed('sign_in_failed')]);
		expect([written().length, failures().length]).toEqual([2, 1]);
	});

	test('if the instance that redeemed the code has stopped', async () => {
		const written = lines();
		const { query, cookie, flow } = await started();
		const lost = writeRecord({ state: 'lost', atMs: Date.now(), losses: 1 });
		await sharedStore().write(callbackRuns().nameOf(`sign-in ${flow.verifier}`), lost, MINUTE_MS);
		expect((await returned(query, cookie)).path).toBe(failed('sign_in_failed'));
		expect(sts.tokenRequests).toEqual([]);
		expect([written().length, failures().length]).toEqual([1, 1]);
	});
});

describe('the return path is kept after', () => {
	test.each([
		['a refusal', 'access_denied', 'access_denied'],
		['a fault of the STS', 'server_error', 'sts_unavailable'],
		['an unknown error', 'something_new', 'sign_in_failed']
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

	test('a refusal, even if the path is too long for the cookie', async () => {
		const returnTo = `/help?${'x'.repeat(500)}`;
		const { query, cookie } = await started({ returnTo });
		const { path } = await returned(refused(query, 'access_denied'), cookie);
		expect(new URLSearchParams(path.slice(path.indexOf('?'))).get('returnTo')).toBe(returnTo);
	});
});

describe('a callback more than 15 minutes after the start of the sign-in', () => {
	test('is reported as expired, without redeeming the code', async () => {
		const { query, cookie } = await started();
		vi.advanceTimersByTime(15 * MINUTE_MS + 1000);
		expect(await returned(query, cookie)).toMatchObject({
			path: failed('sign_in_expired'),
			session: null,
			cookie: 'portal.login=x'
		});
		expect(sts.tokenRequests).toEqual([]);
	});

	test('redirects a person who has signed in on another tab to the return path', async () => {
		const { query, cookie } = await started();
		vi.advanceTimersByTime(16 * MINUTE_MS);
		expect((await returned(query, cookie, someSession())).path).toBe('/help?x=1');
	});

	test('is reported as expired if the sign-in was to re-authenticate a signed-in person', async () => {
		const { query, cookie } = await started({ requestsLogin: true });
		vi.advanceTimersByTime(16 * MINUTE_MS);
		expect((await returned(query, cookie, someSession())).path).toBe(failed('sign_in_expired'));
	});
});

describe('an authentication_expired error of the STS', () => {
	const expired = (query: URLSearchParams) => refused(query, 'temporarily_unavailable', 'authentication_expired');

	test('starts a new authorization request at once, with the same method and return path', async () => {
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

	test('is shown to the person if it occurs a second time', async () => {
		const { query, cookie } = await started();
		const once = await returned(expired(query), cookie);
		const twice = await returned(expired(sts.authorize(new URL(once.path))), once.cookie);
		expect(twice).toMatchObject({ path: failed('sign_in_expired'), session: null });
	});

	test('starts one authorization request if the callback is requested twice', async () => {
		const { query, cookie } = await started();
		const ends = await Promise.all([1, 2].map(() => returned(expired(query), cookie)));
		expect(new Set(ends.map(({ path }) => path)).size).toBe(1);
		expect(new Set(ends.flatMap(({ cookies }) => flowIds(cookies))).size).toBe(1);
	});
});
