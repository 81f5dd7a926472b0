import { beforeEach, describe, expect, test, vi } from 'vitest';
import { audit } from '$lib/server/audit';
import { isRevokedNow, revokeAtSts } from '$lib/server/auth/revoked-sessions';
import { signOut } from '$lib/server/auth/sign-out';
import { isUsedUp, keepOwned, markUsed } from '$lib/server/auth/wallet-cookies';
import { log } from '$lib/server/log';
import { count } from '$lib/server/metrics';
import { groupNames, keycloakTokens } from '../../../harness/keycloak-tokens';
import { requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';
import { form, ISSUER } from './fake-sts';
import { someSession } from './session-fixture';
import { returned, started, sts } from './sign-in-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/upstream/connections', () => import('../fetch-client'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));
vi.mock('$lib/server/metrics', { spy: true });
vi.mock('$lib/server/audit', () => ({ audit: vi.fn(() => true) }));

/** The entries of the shared store that has the tokens. */
const shared = vi.hoisted(() => ({ isAway: false, entries: new Map<string, string>(), onWrite: async () => {} }));
vi.mock('$lib/server/store', async (original) => {
	const { StoreUnavailable } = await import('$lib/server/store/store');
	const whileUp = async <Result>(work: () => Result) => {
		if (shared.isAway) throw new StoreUnavailable();
		return work();
	};
	const read = (key: string) => {
		const text = shared.entries.get(key);
		return text === undefined ? null : { text, version: text };
	};
	return {
		...(await original<object>()),
		sharedOnly: () => ({
			read: (key: string) => whileUp(() => read(key)),
			replace: async (key: string, _found: unknown, text: string) => {
				await whileUp(() => shared.entries.set(key, text));
				await shared.onWrite();
				return true;
			},
			write: (key: string) => whileUp(() => shared.entries.delete(key))
		})
	};
});

const WITH_STORE = { REDIS_URL: 'redis://redis:6379', SESSION_TOKENS: 'store' };
/** The refresh tokens that were revoked at the STS. */
const revoked: (string | null)[] = [];
vi.stubGlobal('fetch', async (input: string | URL | Request, init?: RequestInit) => {
	const url = input instanceof Request ? input.url : String(input);
	if (url !== `${ISSUER}/revoke`) return sts.fetch(input, init);
	revoked.push(form(init).get('token'));
	return new Response();
});

beforeEach(() => {
	Object.assign(shared, { isAway: false, onWrite: async () => {} });
	shared.entries.clear();
	revoked.length = 0;
	vi.mocked(count).mockClear();
	vi.mocked(audit).mockClear();
	for (const level of ['error', 'warn'] as const) vi.spyOn(log, level).mockImplementation(() => {});
	sts.behaviour.metadata = { revocation_endpoint: `${ISSUER}/revoke` };
});

const counted = () => vi.mocked(count).mock.calls.filter(([name]) => name === 'portal.sign_ins');
const audited = () => vi.mocked(audit).mock.calls.map(([event, { reason }]) => [event, reason]);

/** A browser whose wallet has shared what a sign-in needs. */
async function withWallet(id: string) {
	const browser = requestEvent();
	const times = { startedAt: Date.now(), expiresAt: Date.now() + 300_000 };
	const shown = { requestUri: 'openid4vp://x', returnTo: '/', idv: 'none', completed: true } as const;
	await keepOwned(browser.cookies, { ...shown, ...times, id });
	return started({ provider: 'sts-wallet', walletSessionId: id }, browser.cookies.next());
}

describe.each<[string, string, () => void]>([
	[
		'are too large',
		'session_too_large',
		() => {
			const { accessToken } = keycloakTokens(groupNames(500));
			sts.behaviour.tokens = { access_token: accessToken };
		}
	],
	[
		'belong into a shared store that is unavailable',
		'sts_unavailable',
		() => {
			configure(WITH_STORE);
			shared.isAway = true;
		}
	]
])('a sign-in whose tokens %s', (_what, error, arrange) => {
	beforeEach(arrange);

	test('fails, and is counted and audited as failed, once', async () => {
		const { url, cookie } = await started();
		const query = sts.authorize(url);
		const ends = [await returned(query, cookie), await returned(query, cookie)];
		for (const { path, session } of ends) expect([path, session]).toEqual([`/login?error=${error}&helpCode=r1`, null]);
		expect(counted()).toEqual([['portal.sign_ins', { method: 'institution', result: error }]]);
		expect(audited()).toEqual(Array(2).fill(['sign_in.failed', error]));
		expect(revoked).toEqual(['the-refresh-token']);
	});

	test('leaves the session that the browser had, and its tokens at the STS', async () => {
		const before = someSession({ id: `before ${error}` });
		const { url, cookie } = await started();
		const { session } = await returned(sts.authorize(url), cookie, 'sts', before);
		expect(session).toBe(before);
		expect(await isRevokedNow(before)).toBe(false);
		expect(revoked).toEqual([]);
	});

	test('does not use up the wallet session', async () => {
		const id = `wallet-${error}`;
		const { url, cookie } = await withWallet(id);
		const end = await returned(sts.authorize(url), cookie, 'sts-wallet');
		expect(end.path).toMatch(`/login?error=${error}`);
		expect(end.cookie).toContain(`portal.wallet.${id}=`);
		expect(await isUsedUp(id)).toBe(false);
	});
});

describe('with tokens in the shared store', () => {
	beforeEach(() => configure(WITH_STORE));

	test('a sign-in stores them before the session begins, which has only their key', async () => {
		const { url, cookie } = await started();
		const { session } = await returned(sts.authorize(url), cookie);
		expect(session).toMatchObject({ sub: 'subject-1', tokensKey: expect.any(String) as string });
		expect(session?.accessToken).toBeUndefined();
		expect(shared.entries.size).toBe(1);
		expect(counted()).toEqual([['portal.sign_ins', { method: 'institution', result: 'ok' }]]);
	});

	test('a sign-in whose wallet session is already used up revokes them, and the store keeps none', async () => {
		const { url, cookie } = await withWallet('used-twice');
		await markUsed('used-twice');
		const { path } = await returned(sts.authorize(url), cookie, 'sts-wallet');
		expect(path).toMatch('/login?error=sign_in_interrupted');
		expect([revoked, shared.entries.size]).toEqual([['the-refresh-token'], 0]);
	});

	test('a sign-in whose wallet session is already used up leaves the session that the browser had', async () => {
		const before = someSession({ id: 'before a used-up wallet session' });
		const { url, cookie } = await withWallet('used-while-signed-in');
		await markUsed('used-while-signed-in');
		const { session } = await returned(sts.authorize(url), cookie, 'sts-wallet', before);
		expect(session).toBe(before);
		expect([revoked, shared.entries.size]).toEqual([[], 0]);
	});

	test('a sign-in in a browser that signs out at the same moment revokes them, and the store keeps none', async () => {
		const { url, cookie } = await started();
		shared.onWrite = () => signOut(requestEvent({ cookie }));
		const { path, session } = await returned(sts.authorize(url), cookie);
		expect([path, session]).toEqual(['/login?error=sign_in_interrupted&helpCode=r1', null]);
		await vi.waitFor(() => expect([revoked, shared.entries.size]).toEqual([['the-refresh-token'], 0]));
		shared.onWrite = async () => {};
		const next = await started();
		expect((await returned(sts.authorize(next.url), next.cookie)).session).not.toBeNull();
	});

	test('a sign-in whose session the STS ends at the same moment revokes them, and the store keeps none', async () => {
		shared.onWrite = () => revokeAtSts({ sid: 'ended' }, Date.now() + 1000);
		sts.behaviour.claims = { sid: 'ended' };
		const { url, cookie } = await started();
		const { path, session } = await returned(sts.authorize(url), cookie);
		expect([path, session]).toEqual(['/login?error=sign_in_interrupted&helpCode=r1', null]);
		await vi.waitFor(() => expect([revoked, shared.entries.size]).toEqual([['the-refresh-token'], 0]));
	});
});

describe.each([
	['ID token is for another client', { claims: { aud: 'another-client' } }],
	['access token is of the type DPoP', { tokens: { token_type: 'DPoP' } }]
])('a sign-in whose %s', (what, behaviour) => {
	beforeEach(() => void (sts.behaviour = behaviour));

	test('revokes its tokens, which nothing stores', async () => {
		const { url, cookie } = await started();
		await returned(sts.authorize(url), cookie);
		await vi.waitFor(() => expect(revoked).toEqual(['the-refresh-token']));
	});

	test('leaves the tokens of the session that the browser had', async () => {
		const before = someSession({ id: `before a sign-in whose ${what}` });
		const { url, cookie } = await started();
		const { path, session } = await returned(sts.authorize(url), cookie, 'sts', before);
		expect([path, session]).toEqual([expect.stringContaining('error=sign_in_failed'), before]);
		expect(revoked).toEqual([]);
	});
});
