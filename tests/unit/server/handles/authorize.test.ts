import { afterEach, describe, expect, test, vi } from 'vitest';
import { revokeUser } from '$lib/server/auth/revoked-sessions';
import { authorize } from '$lib/server/handles/authorize';
import { type EventOptions, requestEvent } from '../../../harness/request-event';
import { someSession } from '../auth/session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/sts/metadata', async (original) => ({
	...(await original<object>()),
	stsMetadata: () => Promise.resolve({ issuer: 'http://localhost:8092' })
}));

async function authorized(options: EventOptions) {
	let isResolved = false;
	const resolve = () => {
		isResolved = true;
		return new Response('the page');
	};
	const response = await authorize({ event: requestEvent(options), resolve });
	return { isResolved, response };
}

describe('without a session', () => {
	test.each(['/(public)', '/(public)/login', '/(public)/api/wallet/sessions', null])(
		'the route %s is open',
		async (routeId) => {
			expect(await authorized({ routeId })).toMatchObject({ isResolved: true });
		}
	);

	test.each(['/(member)/account', '/account', '/', '/(other)/x', '/x/(public)'])(
		'the route %s redirects to the login page',
		async (routeId) => {
			const { isResolved, response } = await authorized({ routeId, path: '/account?tab=1&x=a b' });
			expect(isResolved).toBe(false);
			expect(response.status).toBe(303);
			expect(response.headers.get('location')).toBe('/login?returnTo=%2Faccount%3Ftab%3D1%26x%3Da%2520b');
		}
	);

	test('the API responds with a JSON 401', async () => {
		const { isResolved, response } = await authorized({ routeId: '/(member)/api/me', path: '/api/me' });
		expect(isResolved).toBe(false);
		expect(response.status).toBe(401);
		expect(await response.json()).toEqual({
			error: 'unauthorized',
			message: expect.any(String) as unknown,
			requestId: 'r1'
		});
	});
});

afterEach(() => void vi.useRealTimers());

test('with a session every route is open', async () => {
	const options = { routeId: '/(member)/account', session: someSession() };
	expect(await authorized(options)).toMatchObject({ isResolved: true });
});

test('a session that was ended on another device redirects to the login page with that reason', async () => {
	const event = requestEvent({ routeId: '/(member)/account', path: '/account' });
	vi.setSystemTime(1_795_000_000_000);
	event.locals.sessionEnd = 'revoked';
	const response = await authorize({ event, resolve: () => new Response('the page') });
	expect(response.headers.get('location')).toBe(
		'/login?error=session_ended&returnTo=%2Faccount&helpCode=r1&endedAt=1795000000'
	);
});

test('a session that a later sign-in in the same browser has replaced redirects to the login page without a message', async () => {
	const event = requestEvent({ routeId: '/(member)/account', path: '/account' });
	event.locals.sessionEnd = 'replaced';
	const response = await authorize({ event, resolve: () => new Response('the page') });
	expect(response.headers.get('location')).toBe('/login?returnTo=%2Faccount');
});

test('a session that ends during its request redirects to the login page with the reason and return path', async () => {
	const event = requestEvent({ routeId: '/(member)/account', path: '/account', session: someSession() });
	const cancel = vi.fn();
	vi.setSystemTime(1_795_000_000_000);
	const response = await authorize({
		event,
		resolve: () => {
			event.locals.session = null;
			event.locals.sessionEnd = 'tokens';
			return new Response(new ReadableStream({ cancel }));
		}
	});
	expect(cancel).toHaveBeenCalledOnce();
	expect(response.status).toBe(303);
	expect(response.headers.get('location')).toBe(
		'/login?error=session_expired&returnTo=%2Faccount&helpCode=r1&endedAt=1795000000'
	);
});

describe('a second press on "Sign out everywhere"', () => {
	const path = '/account/sessions/all/end';
	const startedAt = Math.floor(Date.now() / 1000) - 9;
	const ended = (userId: string) => someSession({ userId, startedAt });

	async function pressed(userId: string, changes: object = {}): Promise<string | null> {
		const event = requestEvent({ routeId: '/(member)/account/sessions/[which]/end', path, method: 'POST' });
		Object.assign(event, { params: { which: 'all' } }, changes);
		Object.assign(event.locals, { endedSession: ended(userId), sessionEnd: 'revoked' });
		const response = await authorize({ event, resolve: () => new Response('the page') });
		expect(event.locals.session).toBeNull();
		return new URL(response.headers.get('location') ?? '', event.url).pathname;
	}

	test('signs out here if the first one has ended all sessions of the person', async () => {
		expect(await pressed('ended-by-the-first')).toBe('/login');
		await revokeUser('ended-by-the-first');
		expect(await pressed('ended-by-the-first')).toBe('/signed-out');
	});

	test('leads to the sign-in if one session of the person goes on', async () => {
		await revokeUser('ended-but-one', { except: 'session-2' });
		expect(await pressed('ended-but-one')).toBe('/login');
	});

	test('leads to the sign-in after minutes: the person may have signed in elsewhere', async () => {
		await revokeUser('ended-long-ago');
		vi.useFakeTimers({ now: Date.now() + 3 * 60_000, toFake: ['Date'] });
		expect(await pressed('ended-long-ago')).toBe('/login');
		vi.useRealTimers();
	});

	test.each([
		['for the other sessions', { params: { which: 'others' } }],
		['of another form', { route: { id: '/(member)/unlink/[id]' } }],
		['that only opens the page', { request: new Request(`http://localhost:3000${path}`) }]
	])('and a request %s leads to the sign-in', async (_, changes) => {
		await revokeUser('ended-for-others');
		expect(await pressed('ended-for-others', changes)).toBe('/login');
	});
});
