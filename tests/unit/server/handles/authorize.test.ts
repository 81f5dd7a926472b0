import { describe, expect, test, vi } from 'vitest';
import { authorize } from '$lib/server/handles/authorize';
import { type EventOptions, requestEvent } from '../../../harness/request-event';
import { someSession } from '../auth/session-fixture';

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

test('with a session every route is open', async () => {
	const options = { routeId: '/(member)/account', session: someSession() };
	expect(await authorized(options)).toMatchObject({ isResolved: true });
});

test('a session that was ended on another device redirects to the login page with that reason', async () => {
	const event = requestEvent({ routeId: '/(member)/account', path: '/account' });
	event.locals.sessionRevoked = true;
	const response = await authorize({ event, resolve: () => new Response('the page') });
	expect(response.headers.get('location')).toBe('/login?error=session_ended&returnTo=%2Faccount&helpCode=r1');
});

test('a session that ends during its request redirects to the login page with the reason and return path', async () => {
	const event = requestEvent({ routeId: '/(member)/account', path: '/account', session: someSession() });
	const cancel = vi.fn();
	const response = await authorize({
		event,
		resolve: () => {
			event.locals.session = null;
			event.locals.tokensUnusable = true;
			return new Response(new ReadableStream({ cancel }));
		}
	});
	expect(cancel).toHaveBeenCalledOnce();
	expect(response.status).toBe(303);
	expect(response.headers.get('location')).toBe('/login?error=session_expired&returnTo=%2Faccount&helpCode=r1');
});
