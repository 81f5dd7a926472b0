import { beforeEach, describe, expect, test, vi } from 'vitest';
import { beginSignIn } from '$lib/server/auth/sign-in';
import { beginLoginTransaction } from '$lib/server/auth/login-page';
import { authorizationRequest } from '$lib/server/auth/oidc-client';
import { readState } from '$lib/server/auth/sign-in-flow';
import { sharedStore } from '$lib/server/store';
import { keepSession, requireOwned, requireWalletCaller } from '$lib/server/wallet/owned-sessions';
import { keepOwned, type OwnedSession } from '$lib/server/auth/wallet-cookies';
import { institutions } from '$lib/server/sts/institutions';
import { fakeCookies } from '../../../harness/cookies';
import { requestEvent } from '../../../harness/request-event';
import { someSession } from '../auth/session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/auth/oidc-client', () => ({
	authorizationRequest: vi.fn(() => Promise.reject(new Error('no request is made')))
}));
vi.mock('$lib/server/sts/institutions', () => ({
	institutions: vi.fn(async () => [{ id: 'uni-a', name: 'University A' }]),
	listFailure: () => new Error('no response')
}));
beforeEach(() => vi.clearAllMocks());

const API = '/api/wallet/sessions';
const MINE = '0123456789abcdef0123456789abcdef';
const OTHER = 'ffffffffffffffffffffffffffffffff';

async function holding(changes: Partial<OwnedSession> = {}): Promise<string> {
	const cookies = fakeCookies();
	const now = Date.now();
	const times = { startedAt: now, expiresAt: now + 300_000 };
	const session = {
		id: MINE,
		requestUri: 'openid4vp://x',
		returnTo: '/account?from=wallet',
		idv: 'none',
		completed: false
	} as const;
	await keepOwned(cookies, { ...session, ...times, ...changes });
	return cookies.next();
}

function onLoginPage(): string {
	const cookies = fakeCookies();
	beginLoginTransaction(cookies);
	return cookies.next();
}

const unauthorized = { code: 'unauthorized', status: 401 };
const notFound = { code: 'not_found', status: 404 };

describe('opening a wallet session', () => {
	test('is allowed to a signed-in person, counted by session', () => {
		expect(requireWalletCaller(requestEvent({ session: someSession() }))).toBe('session-1');
	});

	test('is allowed to a browser that has loaded the login page, counted by its login transaction', () => {
		const cookie = onLoginPage();
		const ids = [requireWalletCaller(requestEvent({ cookie })), requireWalletCaller(requestEvent({ cookie }))];
		expect(ids[0]).toMatch(/^[\da-f-]{36}$/);
		expect(ids[1]).toBe(ids[0]);
	});

	test('is refused to any other request', () => {
		expect(() => requireWalletCaller(requestEvent())).toThrow(expect.objectContaining(unauthorized));
	});

	test('is refused with an invalid access token, whatever the cookies', () => {
		const event = requestEvent({ path: API, cookie: onLoginPage(), headers: { authorization: 'Bearer x' } });
		expect(() => requireWalletCaller(event)).toThrow(expect.objectContaining(unauthorized));
	});
});

describe('access to a wallet session', () => {
	test('is granted to the browser that started it', async () => {
		expect(await requireOwned(requestEvent({ cookie: await holding() }), MINE)).toMatchObject({ id: MINE });
	});

	test.each<[string, () => Promise<Parameters<typeof requestEvent>[0]>]>([
		['a browser that started another', async () => ({ cookie: await holding({ id: OTHER }) })],
		['a browser on the login page', async () => ({ cookie: onLoginPage() })],
		['a signed-in person', () => Promise.resolve({ session: someSession() })]
	])('is refused with 404 to %s', async (_, make) => {
		await expect(requireOwned(requestEvent(await make()), MINE)).rejects.toMatchObject(notFound);
	});

	test('is refused with 401 to a browser without sessions', async () => {
		await expect(requireOwned(requestEvent(), MINE)).rejects.toMatchObject(unauthorized);
	});

	test('is refused with 404 if the address has no session id', async () => {
		await expect(requireOwned(requestEvent(), 'no id')).rejects.toMatchObject(notFound);
	});

	test('is refused to an API client that also sends the owner’s cookie', async () => {
		const event = requestEvent({ path: API, cookie: await holding(), headers: { authorization: 'Bearer x' } });
		await expect(requireOwned(event, MINE)).rejects.toMatchObject(unauthorized);
	});
});

describe('an API client', () => {
	const bearer = { authorization: 'Bearer x' };
	const apiClient = (clientId: string) => ({
		clientId,
		scopes: ['wallet:sessions'],
		tokenExpiresAt: 0,
		isService: true
	});
	const by = (clientId: string, cookie?: string) =>
		requestEvent({ path: API, apiClient: apiClient(clientId), headers: bearer, ...(cookie && { cookie }) });
	const now = Date.now();
	const wallet: OwnedSession = {
		id: MINE,
		requestUri: 'openid4vp://x',
		startedAt: now,
		expiresAt: now + 300_000,
		returnTo: '/',
		idv: 'none',
		completed: false
	};

	test('opens wallet sessions, counted by its client id', () => {
		expect(requireWalletCaller(by('a'))).toBe('a');
	});

	test('owns the sessions that it started, by its token alone, without a cookie', async () => {
		const event = by('a');
		await keepSession(event, wallet);
		expect(event.cookies.next()).toBe('');
		expect(await requireOwned(by('a'), MINE)).toEqual(wallet);
		await keepSession(by('a'), { ...wallet, idv: 'done' });
		expect(await requireOwned(by('a'), MINE)).toEqual({ ...wallet, idv: 'done' });
	});

	test('does not own a session that another one started', async () => {
		await keepSession(by('a'), { ...wallet, id: OTHER });
		await expect(requireOwned(by('b'), OTHER)).rejects.toMatchObject(notFound);
	});

	test('does not own a session of another one that was moved to its key in the store', async () => {
		await keepSession(by('a'), wallet);
		const moved = await sharedStore().read(`wallet:${MINE}:a`);
		await sharedStore().write(`wallet:${MINE}:b`, moved?.text ?? '', 60_000);
		expect(moved?.text).not.toContain(MINE);
		await expect(requireOwned(by('b'), MINE)).rejects.toMatchObject(notFound);
	});

	test('does not own the session of a cookie that it sends with its token', async () => {
		await expect(requireOwned(by('c', await holding({ id: OTHER })), OTHER)).rejects.toMatchObject(notFound);
	});

	test('owns a session for an hour', async () => {
		const hourAgo = { startedAt: now - 3600_000, expiresAt: now };
		await keepSession(by('d'), { ...wallet, ...hourAgo });
		await expect(requireOwned(by('d'), MINE)).rejects.toMatchObject(notFound);
	});
});

/** What the only authorization request would have said, and where its sign-in leads. */
async function requested() {
	const [[provider, state, parameters] = [], ...others] = vi.mocked(authorizationRequest).mock.calls;
	expect(others).toEqual([]);
	return { provider, returnTo: readState(state ?? '')?.returnTo, parameters };
}

describe('a sign-in with a wallet', () => {
	const begin = async (cookie: string, returnTo: string | null = null) =>
		beginSignIn(requestEvent({ cookie }), { provider: 'sts-wallet', returnTo });

	test('uses the completed session of this browser, and returns to the path of that session', async () => {
		await begin(await holding({ completed: true }));
		expect(await requested()).toEqual({
			provider: 'sts-wallet',
			returnTo: '/account?from=wallet',
			parameters: { login_hint: `oid4vp:${MINE}` }
		});
	});

	test.each<[string, () => Promise<string>]>([
		['no wallet session', async () => onLoginPage()],
		['a session that is not complete', holding],
		['only the id of a session', () => Promise.resolve(`portal.wallet.${MINE}=x`)]
	])('is refused to a browser with %s', async (_, cookie) => {
		expect(await begin(`${onLoginPage()}; ${await cookie()}`)).toEqual({ error: 'wallet_session_foreign' });
		expect(authorizationRequest).not.toHaveBeenCalled();
	});
});

describe('a sign-in at an institution', () => {
	const begin = async (options: Partial<Parameters<typeof beginSignIn>[1]>) =>
		beginSignIn(requestEvent({ cookie: onLoginPage() }), { provider: 'sts', ...options });

	test('accepts an institution from the list of the STS, and only a return path of the portal', async () => {
		await begin({ institution: 'uni-a', returnTo: '//evil.example', forceLogin: true });
		expect(await requested()).toEqual({
			provider: 'sts',
			returnTo: '/',
			parameters: { claims: expect.anything(), provider: 'uni-a', prompt: 'login' }
		});
	});

	test('refuses any other institution', async () => {
		expect(await begin({ institution: 'evil' })).toEqual({ error: 'institution_unknown' });
		expect(authorizationRequest).not.toHaveBeenCalled();
	});

	test('says to try again later while the list of the STS can’t be read', async () => {
		vi.mocked(institutions).mockResolvedValueOnce(null);
		expect(await begin({ institution: 'uni-a' })).toEqual({ error: 'sts_unavailable' });
		expect(authorizationRequest).not.toHaveBeenCalled();
	});

	test('with an unknown provider is not found', async () => {
		expect(await begin({ provider: 'github' })).toEqual({ error: 'not_found' });
		expect(authorizationRequest).not.toHaveBeenCalled();
	});
});
