import { beforeEach, expect, test, vi } from 'vitest';
import { beginLoginTransaction } from '$lib/server/auth/login-page';
import { beginSignIn } from '$lib/server/auth/sign-in';
import { log } from '$lib/server/log';
import { count } from '$lib/server/metrics';
import { fakeCookies } from '../../../harness/cookies';
import { requestEvent } from '../../../harness/request-event';
import { refused, returned, started, sts } from './callback-fixture';
import type { Behaviour } from './fake-sts';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));
vi.mock('$lib/server/metrics', { spy: true });

beforeEach(() => void vi.mocked(count).mockClear());

function begin(institution: string | null = null) {
	const cookies = fakeCookies();
	beginLoginTransaction(cookies);
	return beginSignIn(requestEvent({ cookie: cookies.next() }), { provider: 'sts', institution });
}
const counted = () => vi.mocked(count).mock.calls;

// The first test: later, the discovery document is cached.
test('a sign-in that cannot be started is counted as failed, and not as started', async () => {
	vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
	expect(await begin()).toEqual({ error: 'sts_unavailable' });
	vi.stubGlobal('fetch', sts.fetch);
	expect(counted()).toEqual([['portal.sign_ins', { method: 'institution', result: 'sts_unavailable' }]]);
});

test('at an institution whose list cannot be read, it is counted too, and each line in the log has the cause', async () => {
	const logged = vi.spyOn(log, 'error').mockImplementation(() => {});
	const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
	vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
	// The list is not read again for the second request.
	expect([await begin('uni'), await begin('uni')]).toEqual(Array(2).fill({ error: 'sts_unavailable' }));
	vi.stubGlobal('fetch', sts.fetch);
	const line = ['the sign-in could not be started', { requestId: 'r1', error: expect.any(Error) as Error }];
	expect(logged.mock.calls).toEqual([line, line]);
	expect(counted()).toEqual(Array(2).fill(['portal.sign_ins', { method: 'institution', result: 'sts_unavailable' }]));
	logged.mockRestore();
	warned.mockRestore();
});

test('a browser that is redirected to the STS is counted as a started sign-in', async () => {
	expect(await begin()).toHaveProperty('url');
	expect(counted()).toEqual([['portal.sign_ins.started', { method: 'institution' }]]);
});

const invalidCode = () => Response.json({ error: 'invalid_grant' }, { status: 400 });
const unchanged = (query: URLSearchParams) => query;

test.each<[string, (query: URLSearchParams) => URLSearchParams, Behaviour, Record<string, string>]>([
	[
		'an error in the query',
		(query) => refused(query, 'server_error'),
		{},
		{ result: 'sts_unavailable', cause: 'query' }
	],
	[
		'a code that the STS refuses',
		unchanged,
		{ tokenResponse: invalidCode },
		{ result: 'sign_in_failed', cause: 'query' }
	],
	[
		'a failed token call',
		unchanged,
		{ tokenResponse: () => new Response(null, { status: 503 }) },
		{ result: 'sts_unavailable' }
	],
	['an ID token with a wrong signature', unchanged, { isForged: true }, { result: 'sign_in_failed' }]
])(
	'a callback with %s is counted with the cause "query" unless a call of the portal shows the failure',
	async (_, change, behaviour, attributes) => {
		const { query, cookie } = await started();
		sts.behaviour = behaviour;
		await returned(change(query), cookie);
		expect(counted()).toEqual([['portal.sign_ins', { method: 'institution', ...attributes }]]);
	}
);
