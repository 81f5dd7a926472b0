import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { audit } from '$lib/server/audit';
import { createSeal } from '$lib/server/seal';
import { tokenRefresher } from '$lib/server/auth/refresh';
import { readSession, writeSession } from '$lib/server/auth/session-cookie';
import { session } from '$lib/server/handles/session';
import { afterSetCookies, fakeCookies } from '../../../harness/cookies';
import { type EventOptions, requestEvent } from '../../../harness/request-event';
import { SIGNED_IN_AT, someSession } from '../auth/session-fixture';
import { configure, environment } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/audit', () => ({ audit: vi.fn() }));

/** Each call of the token endpoint gives the next tokens, due at once. */
vi.mock('$lib/server/auth/refresh-grant', () => {
	let calls = 0;
	const tokens = () => ({ accessToken: `access-${++calls}`, refreshToken: `refresh-${calls}`, refreshAt: 0 });
	return { redeemRefreshToken: async () => tokens() };
});

const OLDER = 'an-older-secret-of-this-portal-0123456789';
const HOUR_AGO = SIGNED_IN_AT - 3600;
configure({ AUTH_SECRET: `${environment.AUTH_SECRET} ${OLDER}` });
beforeEach(() => vi.useFakeTimers({ now: SIGNED_IN_AT * 1000, toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const signedIn = async (changes = {}) =>
	afterSetCookies('', await writeSession(someSession(changes), fakeCookies(), SIGNED_IN_AT));

async function handled(
	options: EventOptions,
	resolve: (event: ReturnType<typeof requestEvent>) => unknown = () => undefined
) {
	const event = requestEvent(options);
	let seen: unknown;
	const response = await session({
		event,
		resolve: async (inner) => {
			seen = inner.locals.session;
			const resolved = await resolve(event);
			if (resolved instanceof Response) return resolved;
			return new Response('page', { headers: { 'set-cookie': 'portal.login=x' } });
		}
	});
	const setCookies = response.headers.getSetCookie().filter((text) => text.startsWith('portal.session'));
	return { seen, response, setCookies };
}

describe('the session handle', () => {
	test('opens the session, and writes no cookie if nothing changed', async () => {
		const { seen, response, setCookies } = await handled({ cookie: await signedIn() });
		expect(seen).toEqual(someSession());
		expect(setCookies).toEqual([]);
		expect(response.headers.getSetCookie()).toEqual(['portal.login=x']);
	});

	test('opens no session and writes no cookie if there is no session cookie', async () => {
		expect(await handled({})).toMatchObject({ seen: null, setCookies: [] });
	});

	test('writes the session cookie after a sign-in, and keeps other cookies', async () => {
		const { response, setCookies } = await handled({}, (event) => {
			event.locals.session = someSession({ id: 'new' });
			return undefined;
		});
		const written = readSession(fakeCookies(afterSetCookies('', setCookies)), SIGNED_IN_AT);
		expect(written?.session.id).toBe('new');
		expect(response.headers.getSetCookie()).toContain('portal.login=x');
		expect(await response.text()).toBe('page');
	});

	test('deletes the session cookie after a sign-out', async () => {
		const { setCookies } = await handled({ cookie: await signedIn() }, (event) => {
			event.locals.session = null;
			return undefined;
		});
		expect(setCookies).toEqual(['portal.session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
	});

	test('can set a cookie on a response with immutable headers', async () => {
		const { response, setCookies } = await handled({ cookie: await signedIn() }, (event) => {
			event.locals.session = null;
			return Response.redirect('http://localhost:3000/signed-out', 303);
		});
		expect([response.status, response.headers.get('location')]).toEqual([303, 'http://localhost:3000/signed-out']);
		expect(setCookies).toHaveLength(1);
	});

	test.each([
		['an hour ago', HOUR_AGO],
		['by version 1.0.0, without the time', undefined]
	])('reseals once a session that was sealed with another secret %s', async (_, sealedAt) => {
		const cookie = `portal.session=${createSeal([OLDER], 'session').seal(someSession({ sealedAt }))}`;
		const first = await handled({ cookie });
		expect(first.setCookies).toHaveLength(1);
		const second = await handled({ cookie: afterSetCookies(cookie, first.setCookies) });
		expect(second).toMatchObject({ seen: someSession(), setCookies: [] });
	});

	test('does not reseal a session that another instance sealed with another secret less than an hour ago', async () => {
		const sealedAt = HOUR_AGO + 1;
		const cookie = `portal.session=${createSeal([OLDER], 'session').seal(someSession({ sealedAt }))}`;
		expect(await handled({ cookie })).toMatchObject({ seen: someSession({ sealedAt }), setCookies: [] });
	});

	test('gives no session to a request with an access token, and does not change the cookie', async () => {
		const options = { path: '/api/me', cookie: await signedIn(), headers: { authorization: 'Bearer x' } };
		const { seen, setCookies } = await handled(options, (event) => {
			event.locals.session = null;
			return undefined;
		});
		expect(seen).toBeNull();
		expect(setCookies).toEqual([]);
	});

	test.each([
		['a page', '/(member)/account', '/account'],
		['a form that signs out', '/(public)/api/auth/signout', '/api/auth/signout']
	])('ignores an access token at %s: some proxies add one to every request', async (_, routeId, path) => {
		const options = { routeId, path, cookie: await signedIn(), headers: { authorization: 'Bearer x' } };
		expect((await handled(options)).seen).toEqual(someSession());
	});

	describe('with tokens that have become too large', () => {
		const grow = (event: ReturnType<typeof requestEvent>) => {
			const accessToken = Buffer.from(crypto.getRandomValues(new Uint8Array(6000))).toString('hex');
			event.locals.session = someSession({ accessToken });
			return undefined;
		};
		const removed = [expect.stringMatching(/^portal\.session=; Max-Age=0/)];

		test('redirects a browser to the login page with an error, and deletes the cookie', async () => {
			const headers = { accept: 'text/html' };
			const { response, setCookies } = await handled({ cookie: await signedIn(), headers }, grow);
			expect(response.status).toBe(303);
			expect(response.headers.get('location')).toBe('/login?error=session_too_large&returnTo=%2F&helpCode=r1');
			expect(setCookies).toEqual(removed);
		});

		test('cancels the response that is not sent', async () => {
			const cancel = vi.fn();
			await handled({ cookie: await signedIn() }, (event) => {
				grow(event);
				return new Response(new ReadableStream({ cancel }));
			});
			expect(cancel).toHaveBeenCalledOnce();
		});

		test('returns 401 to a program, never a redirect', async () => {
			const { response, setCookies } = await handled({ cookie: await signedIn() }, grow);
			expect(response.status).toBe(401);
			expect(await response.json()).toMatchObject({ error: 'unauthorized' });
			expect(setCookies).toEqual(removed);
		});

		test('records the end of the session in the audit log, once', async () => {
			vi.mocked(audit).mockClear();
			const growing = (event: ReturnType<typeof requestEvent>) => {
				grow(event);
				if (event.locals.session) event.locals.session = { ...event.locals.session, id: 'growing' };
			};
			const cookie = await signedIn({ id: 'growing' });
			await handled({ cookie }, growing);
			await handled({ cookie }, growing);
			const ended = { id: 'growing', by: 'portal', reason: 'session_too_large' };
			expect(vi.mocked(audit).mock.calls).toMatchObject([['session.ended', ended, {}]]);
		});
	});
});

test('a session that only needs resealing, but no longer fits the cookies, is left unchanged in the browser', async () => {
	const accessToken = Buffer.from(crypto.getRandomValues(new Uint8Array(3300))).toString('base64url');
	const large = someSession({ accessToken, sealedAt: HOUR_AGO });
	const text = createSeal([OLDER], 'session').seal(large);
	const cookie = `portal.session.0=${text.slice(0, 3800)}; portal.session.1=${text.slice(3800)}`;
	const { seen, response, setCookies } = await handled({ cookie });
	expect([seen, response.status, setCookies]).toEqual([large, 200, []]);
});

test('a slow response writes the newest session, not the one that it began with', async () => {
	const before = someSession({ id: 'slow', refreshAt: 0 });
	const { setCookies } = await handled({ cookie: await signedIn({ id: 'slow', refreshAt: 0 }) }, async (event) => {
		event.locals.session = await tokenRefresher().refreshIfDue(before);
		await tokenRefresher().refreshIfDue(event.locals.session);
	});
	const written = readSession(fakeCookies(afterSetCookies('', setCookies)), SIGNED_IN_AT);
	expect(written?.session).toMatchObject({ accessToken: 'access-2', generation: 2 });
});

describe('with an idle timeout', () => {
	const MINUTE = 60;
	beforeEach(() => configure({ SESSION_IDLE_TIMEOUT: String(30 * MINUTE) }));
	afterEach(() => configure({ AUTH_SECRET: `${environment.AUTH_SECRET} ${OLDER}` }));

	test('a page view updates and writes the time of the last activity', async () => {
		const cookie = await signedIn({ activeAt: SIGNED_IN_AT - 10 * MINUTE });
		const { seen, setCookies } = await handled({ cookie, routeId: '/(member)/account' });
		expect(seen).toMatchObject({ activeAt: SIGNED_IN_AT });
		const written = readSession(fakeCookies(afterSetCookies('', setCookies)), SIGNED_IN_AT);
		expect(written?.session.activeAt).toBe(SIGNED_IN_AT);
	});

	test('an idle session is ended and its cookie deleted; the audit log records that once', async () => {
		const cookie = await signedIn({ id: 'idle', activeAt: SIGNED_IN_AT - 30 * MINUTE });
		await handled({ cookie, routeId: '/(public)/api/auth/session' });
		const { seen, setCookies } = await handled({ cookie, routeId: '/(member)/account' });
		expect(seen).toBeNull();
		const ends = vi.mocked(audit).mock.calls.filter(([, { id }]) => id === 'idle');
		expect(ends).toMatchObject([['session.ended', { by: 'idle' }, {}]]);
		expect(setCookies).toEqual([expect.stringMatching(/^portal\.session=; Max-Age=0/)]);
	});

	test('a background request that refreshes the tokens does not write an older time of activity', async () => {
		const before = someSession({ id: 'busy', refreshAt: 0, activeAt: SIGNED_IN_AT - 20 * MINUTE });
		const cookie = await signedIn(before);
		const { setCookies } = await handled({ cookie, routeId: '/(public)/api/auth/session' }, async (event) => {
			await handled({ cookie, routeId: '/(member)/account' });
			event.locals.session = await tokenRefresher().refreshIfDue(before);
		});
		const written = readSession(fakeCookies(afterSetCookies('', setCookies)), SIGNED_IN_AT);
		expect(written?.session).toMatchObject({
			activeAt: SIGNED_IN_AT,
			refreshToken: expect.stringMatching(/^refresh-/)
		});
	});
});
