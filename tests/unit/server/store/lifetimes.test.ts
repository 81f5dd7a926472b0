import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnsecuredJWT } from 'jose';
import { beforeEach, expect, test, vi } from 'vitest';
import { revokeByLogoutToken } from '$lib/server/auth/backchannel-logout';
import { redeemOnce } from '$lib/server/auth/sign-in-result';
import { afterActivity } from '$lib/server/handles/session';
import { revokeAll, revokeAtSts, revokeSession, revokeUser } from '$lib/server/auth/revoked-sessions';
import { createRefresher } from '$lib/server/auth/refresh';
import { WorkFailed } from '$lib/server/auth/run-once';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { verifySignedToken } from '$lib/server/sts/tokens';
import type { CreatedSession } from '$lib/server/bridge/normalize';
import { submitDcApi } from '$lib/server/wallet/dc-api';
import { keepForApiClient, storeDetails } from '$lib/server/wallet/owned-sessions';
import { markLinking } from '$lib/server/wallet/cancel';
import { keepOwned, type OwnedSession, markUsed } from '$lib/server/auth/wallet-cookies';
import { root } from '../../../tasks/runtime.mjs';
import { fakeCookies } from '../../../harness/cookies';
import { requestEvent } from '../../../harness/request-event';
import { config, configure } from '../configured';
import { SIGNED_IN_AT, someSession } from '../auth/session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/sts/tokens', async (original) => ({
	...(await original<object>()),
	verifySignedToken: vi.fn()
}));

/** How long each write of the code under test lives, in milliseconds, by its key. */
const lives = new Map<string, number[]>();
const memory = createMemoryStore();
const recording: Store = {
	...memory,
	write: (key, text, lifeMs) => memory.write(key, text, noted(key, lifeMs)),
	replace: (key, expected, text, lifeMs) => memory.replace(key, expected, text, noted(key, lifeMs))
};
vi.mock('$lib/server/store', async (original) => ({
	...(await original()),
	sharedStore: () => recording,
	sharedScripts: () => undefined,
	storeState: async () => 'none'
}));
vi.mock('$lib/server/wallet/bridge', () => ({
	bridge: () => ({ submitDcApi: async () => ({}) }),
	credentialFor: () => ({})
}));

function noted(key: string, lifeMs: number): number {
	lives.set(key, [...(lives.get(key) ?? []), lifeMs]);
	return lifeMs;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const session = someSession({ sid: 'sid-1' });
const wallet: OwnedSession = {
	id: 'w1',
	requestUri: null,
	startedAt: SIGNED_IN_AT * 1000,
	expiresAt: SIGNED_IN_AT * 1000 + 300_000,
	returnTo: '/account',
	idv: 'none',
	completed: false
};

const created: CreatedSession = {
	sessionId: 'w2',
	requestUri: 'openid4vp://x',
	expiresInMs: 300_000,
	bridgeExpiresAt: null,
	requestedClaims: [],
	dcRequest: 'a.b.c'
};

beforeEach(() => {
	lives.clear();
	vi.useFakeTimers({ now: SIGNED_IN_AT * 1000, toFake: ['Date'] });
	return () => void vi.useRealTimers();
});

const tokenRefresher = (redeem: () => Promise<{ accessToken: string; refreshToken: string }>) =>
	createRefresher({ store: recording, redeem, onFault: () => {} });
const due = (changes = {}) => someSession({ refreshAt: 0, ...changes });

/** Each piece of work that writes to the shared store, and the lives of what it writes there, by key. */
const writes: readonly (readonly [string, () => Promise<unknown>, readonly number[]])[] = [
	['the revocation of a session', () => revokeSession(session), [DAY_MS]],
	['a revocation by the STS, of a session', () => revokeAtSts({ sid: 'sid-1' }, SIGNED_IN_AT * 1000), [7 * DAY_MS]],
	['a revocation by the STS, of a person', () => revokeAtSts({ sub: 'sub-1' }, SIGNED_IN_AT * 1000), [7 * DAY_MS]],
	['a revocation by an operator, of a person', () => revokeUser('user-1'), [7 * DAY_MS, 7 * DAY_MS]],
	['a revocation by an operator, of all people', () => revokeAll(), [7 * DAY_MS, 7 * DAY_MS]],
	[
		'the time of the last activity, as long as the idle timeout',
		() => {
			configure({ SESSION_IDLE_TIMEOUT: '3600' });
			return afterActivity(session, true).finally(() => configure());
		},
		[HOUR_MS]
	],
	[
		'a logout token: its id, and the revocation',
		() => {
			const { issuer: iss, clientId: aud } = config().sts;
			const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
			const claims = { iss, aud, jti: 'j', iat: SIGNED_IN_AT, sid: 'x', events };
			vi.mocked(verifySignedToken).mockResolvedValue(claims);
			return revokeByLogoutToken(new UnsecuredJWT(claims).encode(), 'r1');
		},
		[HOUR_MS, 7 * DAY_MS]
	],
	['a wallet session that is used up', () => markUsed('w1'), [HOUR_MS + 5 * MINUTE_MS]],
	['a confirmation that was submitted', () => markLinking('w1', 'submitted'), [HOUR_MS + 5 * MINUTE_MS]],
	['an identity verification that was started', () => markLinking('w2', 'started'), [HOUR_MS + 5 * MINUTE_MS]],
	[
		'a request URI that is too long for a cookie',
		() => keepOwned(fakeCookies(), { ...wallet, requestUri: 'x'.repeat(5000) }),
		[HOUR_MS]
	],
	[
		'a wallet session of an API client, ten minutes old',
		() => keepForApiClient({ clientId: 'c' } as never, { ...wallet, startedAt: wallet.startedAt - 10 * MINUTE_MS }),
		[50 * MINUTE_MS]
	],
	[
		'the details of a wallet request, until a minute after the code expires',
		() => storeDetails(created, { requestId: 'r1' }),
		[6 * MINUTE_MS]
	],
	[
		'the mark of a response of the Digital Credentials API, until a minute after the code expires',
		async () => {
			await storeDetails(created, { requestId: 'r1' });
			const json = { protocol: 'openid4vp-v1-signed', data: { response: 'a..b.c.d' } };
			return submitDcApi(requestEvent({ method: 'POST', json }), { ...wallet, id: 'w2', hasDetails: true });
		},
		[6 * MINUTE_MS, 6 * MINUTE_MS]
	],
	[
		'a callback: its lease, the outcome, and the mark of the used flow',
		() =>
			redeemOnce({ verifier: 'v1' }, { requestId: 'r1' }, async () => ({ kind: 'failed', error: 'sign_in_failed' })),
		[DAY_MS, MINUTE_MS, HOUR_MS + 5 * MINUTE_MS]
	],
	[
		'a refresh: its lease, and the tokens, until the session ends',
		() =>
			tokenRefresher(async () => ({ accessToken: 'a', refreshToken: 'b' })).refreshIfDue(
				due({ endsAt: SIGNED_IN_AT + 7200 })
			),
		[DAY_MS, 2 * HOUR_MS]
	],
	[
		'a refresh that the STS has refused permanently: its lease, and the refusal',
		() =>
			tokenRefresher(() => Promise.reject(new WorkFailed('ended', 'invalid_grant')))
				.refreshIfDue(due({ accessToken: 'refused' }))
				.catch(() => {}),
		[DAY_MS, DAY_MS]
	],
	[
		'a refresh that was never sent: its lease, which ends at once',
		() =>
			tokenRefresher(() => Promise.reject(new WorkFailed('postponed', 'away'))).refreshIfDue(
				due({ accessToken: 'unsent' })
			),
		[DAY_MS, 1]
	],
	[
		'tokens that replace refused ones: the lease, the tokens, and the mark of new ones',
		() =>
			tokenRefresher(async () => ({ accessToken: 'c', refreshToken: 'd' })).forceRefresh(
				someSession({ accessToken: 'refused by a service' })
			),
		[DAY_MS, DAY_MS, 30_000]
	]
];

test.each(writes)('an entry lives no longer than it is needed: %s', async (_what, work, expected) => {
	await work();
	expect([...lives.values()].flat()).toEqual(expected);
});

test('the result of a refresh that the browser has received lives for five minutes', async () => {
	const keep = tokenRefresher(async () => ({ accessToken: crypto.randomUUID(), refreshToken: 'next' }));
	const first = await keep.refreshIfDue(due({ accessToken: 'first' }));
	const [name = ''] = [...lives.keys()];
	await keep.refreshIfDue({ ...first, refreshAt: 0 });
	expect(lives.get(name)?.at(-1)).toBe(5 * MINUTE_MS);
});

test('no other module writes to the shared store', () => {
	const folder = join(root, 'src/lib/server');
	const writing = readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts') && !file.startsWith('store/'))
		.filter((file) => /[sS]tore(?:\(\))?\s*\.(?:write|replace)\(/.test(readFileSync(join(folder, file), 'utf8')));
	expect(writing.sort()).toEqual([
		'auth/backchannel-logout.ts',
		'auth/refresh.ts',
		'auth/revoked-sessions.ts',
		'auth/run-once.ts',
		'auth/session-list.ts',
		'auth/session-tokens.ts',
		'auth/sign-in-result.ts',
		'auth/wallet-cookies.ts',
		'handles/session.ts',
		'wallet/cancel.ts',
		'wallet/dc-api.ts',
		'wallet/owned-sessions.ts'
	]);
});
