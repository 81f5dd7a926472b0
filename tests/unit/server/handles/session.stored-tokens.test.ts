import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { audit } from '$lib/server/audit';
import { revokeSession } from '$lib/server/auth/revoked-sessions';
import { tokenRefresher } from '$lib/server/auth/refresh';
import type { Session } from '$lib/server/auth/session';
import { storeTokens } from '$lib/server/auth/session-cookie';
import { session as handle } from '$lib/server/handles/session';
import { sharedStore } from '$lib/server/store';
import { afterSetCookies } from '../../../harness/cookies';
import { groupNames, keycloakTokens } from '../../../harness/keycloak-tokens';
import { requestEvent } from '../../../harness/request-event';
import { SIGNED_IN_AT, someSession } from '../auth/session-fixture';
import { configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/audit', () => ({ audit: vi.fn() }));
vi.mock('$lib/server/auth/refresh-grant', () => {
	let calls = 0;
	const tokens = () => ({ accessToken: `access-${++calls}`, refreshToken: `refresh-${calls}`, refreshAt: 0 });
	return { redeemRefreshToken: async () => tokens() };
});

const shared = vi.hoisted(() => ({ isAway: false, calls: [] as string[], forget: () => {} }));
vi.mock('$lib/server/store', async (original) => {
	const { createMemoryStore, StoreUnavailable } = await import('$lib/server/store/store');
	let store = createMemoryStore();
	shared.forget = () => void (store = createMemoryStore());
	const call = <Result>(name: string, work: () => Promise<Result>) => {
		shared.calls.push(name);
		return shared.isAway ? Promise.reject(new StoreUnavailable()) : work();
	};
	return {
		...(await original<object>()),
		sharedOnly: () => ({
			read: (key: string) => call('read', () => store.read(key)),
			replace: (...given: Parameters<typeof store.replace>) => call('replace', () => store.replace(...given)),
			write: (...given: Parameters<typeof store.write>) => call('write', () => store.write(...given))
		})
	};
});

const REDIS = { REDIS_URL: 'redis://redis:6379' };
const small = someSession();
const large = someSession(keycloakTokens(groupNames(100)));
const huge = someSession(keycloakTokens(groupNames(500)));

beforeEach(() => {
	configure(REDIS);
	vi.useFakeTimers({ now: SIGNED_IN_AT * 1000, toFake: ['Date'] });
	Object.assign(shared, { isAway: false, calls: [] });
	vi.mocked(audit).mockClear();
});
afterEach(() => vi.useRealTimers());

type Event = ReturnType<typeof requestEvent>;

/** A request of a route that uses the tokens, unless another one is given. */
async function request(cookie: string, act: (event: Event) => unknown = () => {}, routeId = '/(member)/account') {
	const event = requestEvent({ cookie, routeId, headers: { accept: 'text/html' } });
	shared.calls = [];
	let seen: Session | null = null;
	const response = await handle({
		event,
		resolve: async () => {
			seen = event.locals.session;
			await act(event);
			return new Response('page');
		}
	});
	const setCookies = response.headers.getSetCookie();
	const { status } = response;
	return { seen: seen as Session | null, setCookies, cookie: afterSetCookies(cookie, setCookies), status };
}

/** Stores the tokens as a callback does, which each sign-in has of its own. */
const stored = async (session: Session) => {
	const own = { id: crypto.randomUUID(), refreshToken: `${session.refreshToken}${crypto.randomUUID()}` };
	const result = await storeTokens({ ...session, ...own }, 'r0');
	if ('error' in result) throw new Error(result.error);
	return result.session;
};
const signIn = async (session: Session, cookie = '') =>
	(await request(cookie, async (event) => (event.locals.session = await stored(session)))).cookie;
const renewed = (event: Event) =>
	tokenRefresher()
		.refreshIfDue({ ...(event.locals.session ?? small), refreshAt: 1 })
		.then((session) => (event.locals.session = session));

describe('the tokens of a session', () => {
	test('that fit the cookie stay there, and no request reads the store', async () => {
		const cookie = await signIn(small);
		expect(shared.calls).toEqual([]);
		expect((await request(cookie)).seen?.accessToken).toBe(small.accessToken);
		expect(shared.calls).toEqual([]);
	});

	test.each([
		['would make the response head too large', large],
		['do not fit the cookies', huge]
	])('that %s are stored in the shared store, and the cookie stays small', async (_, session) => {
		const cookie = await signIn(session);
		expect(cookie.length).toBeLessThan(1000);
		const { seen, setCookies } = await request(cookie);
		expect(seen).toMatchObject({ accessToken: session.accessToken });
		expect(setCookies).toEqual([]);
		expect(shared.calls).toEqual(['read']);
	});

	test('are stored once at a sign-in, and the response that sets the cookie does not need the store', async () => {
		const session = await stored(huge);
		expect(shared.calls.filter((call) => call !== 'read')).toEqual(['replace']);
		shared.isAway = true;
		const { status, cookie } = await request('', (event) => (event.locals.session = session));
		expect([status, shared.calls]).toEqual([200, []]);
		shared.isAway = false;
		expect((await request(cookie)).seen?.accessToken).toBe(huge.accessToken);
	});

	test('are all stored in the shared store with SESSION_TOKENS=store, and never with `cookie`', async () => {
		configure({ ...REDIS, SESSION_TOKENS: 'store' });
		await signIn(small);
		expect(shared.calls).toContain('replace');
		configure({ ...REDIS, SESSION_TOKENS: 'cookie' });
		await signIn(large);
		expect(shared.calls).toEqual([]);
	});

	test('in the store are not read for a page that does not need them', async () => {
		const cookie = await signIn(huge);
		const { seen } = await request(cookie, undefined, '/(public)/help');
		expect(seen).toMatchObject({ name: huge.name, sub: huge.sub });
		expect(shared.calls).toEqual([]);
	});

	test('are replaced in the store by a refresh, and the cookie does not change', async () => {
		const cookie = await signIn(huge);
		const { setCookies } = await request(cookie, renewed);
		expect(setCookies).toEqual([]);
		expect((await request(cookie)).seen).toMatchObject({
			generation: 1,
			accessToken: expect.stringMatching(/^access-/) as string
		});
	});

	test('move from the cookie into the store when a refresh makes them larger, with one record for all tabs', async () => {
		configure({ ...REDIS, SESSION_TOKENS: 'cookie' });
		const before = await signIn(small);
		configure({ ...REDIS, SESSION_TOKENS: 'store' });
		const [one, other] = [await request(before, renewed), await request(before, renewed)];
		expect(one.seen?.accessToken).toBe(small.accessToken);
		const [a, b] = [await request(one.cookie), await request(other.cookie)];
		expect(a.seen?.tokensKey).toBe(b.seen?.tokensKey);
		expect(a.seen?.accessToken).toMatch(/^access-\d+$/);
	});

	test('move back into the cookie at the next request with SESSION_TOKENS=cookie, unless they do not fit', async () => {
		const [fits, doesNot] = [await signIn(large), await signIn(huge)];
		configure({ ...REDIS, SESSION_TOKENS: 'cookie' });
		const moved = await request(fits, undefined, '/(public)/help');
		expect((await request(moved.cookie)).seen).toMatchObject({ accessToken: large.accessToken });
		expect(shared.calls).toEqual([]);
		const stayed = await request(doesNot);
		expect(stayed.setCookies).toEqual([]);
		expect((await request(doesNot, renewed)).status).toBe(200);
	});

	test('are deleted at a sign-out, and when another session begins', async () => {
		const [one, other] = [await signIn(huge), await signIn(huge)];
		await request(one, (event) => (event.locals.session = null));
		expect((await request(one)).seen).toBeNull();
		await signIn(small, other);
		expect((await request(other)).seen).toBeNull();
	});
});

describe('a shared store', () => {
	test('that is unavailable does not end the session: the request gets it without tokens, and the cookie is kept', async () => {
		const cookie = await signIn(huge);
		shared.isAway = true;
		const { seen, setCookies } = await request(cookie);
		expect(seen).toMatchObject({ name: huge.name });
		expect(seen?.accessToken).toBeUndefined();
		expect(setCookies).toEqual([]);
		shared.isAway = false;
		expect((await request(cookie)).seen?.accessToken).toBe(huge.accessToken);
	});

	test('that becomes unavailable during a refresh does not lose the tokens', async () => {
		const cookie = await signIn(huge);
		const { setCookies } = await request(cookie, async (event) => {
			await renewed(event);
			shared.isAway = true;
		});
		expect(setCookies).toEqual([]);
		shared.isAway = false;
		const { seen } = await request(cookie, renewed);
		expect(seen?.generation).toBe(0);
		expect((await request(cookie)).seen?.generation).toBeGreaterThanOrEqual(1);
	});

	test('that has lost the tokens ends the session, with a reason', async () => {
		const cookie = await signIn(huge);
		shared.forget();
		let end: string | undefined;
		const { seen, cookie: after } = await request(cookie, (event) => (end = event.locals.sessionEnd));
		expect({ seen, end }).toEqual({ seen: null, end: 'tokens' });
		expect(after).toBe('');
	});

	test('that has lost the tokens ends the session by one line in the audit log, not after a sign-out elsewhere', async () => {
		const [lost, signedOut] = [await signIn(huge), await signIn(huge)];
		const { seen } = await request(signedOut);
		// As another instance does, of which this one does not know yet.
		await sharedStore().write(`deny:id:${seen?.id}`, '1', 60_000);
		const { seen: ended } = await request(lost);
		shared.forget();
		for (const cookie of [lost, lost, signedOut]) expect((await request(cookie)).seen).toBeNull();
		const line = { id: ended?.id, by: 'portal', reason: 'tokens_not_in_store' };
		expect(vi.mocked(audit).mock.calls).toMatchObject([['session.ended', line, {}]]);
	});

	test('that has lost the tokens of a session revoked during the request does not prevent the deletion of its cookie', async () => {
		const cookie = await signIn(huge);
		const { seen } = await request(cookie);
		shared.forget();
		const { cookie: after } = await request(cookie, async () => {
			if (seen) await revokeSession(seen);
		});
		expect(after).toBe('');
	});

	test('that is unavailable at sign-in is replaced by the cookie if the tokens fit in it', async () => {
		shared.isAway = true;
		const cookie = await signIn(large);
		expect((await request(cookie)).seen?.accessToken).toBe(large.accessToken);
		await expect(stored(huge)).rejects.toThrow('sts_unavailable');
	});
});
