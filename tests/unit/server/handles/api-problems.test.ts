import { redirect } from '@sveltejs/kit';
import { describe, expect, test, vi } from 'vitest';
import { Problem } from '$lib/server/http/problem';
import { log } from '$lib/server/log';
import { apiProblems } from '$lib/server/handles/api-problems';
import { type EventOptions, requestEvent } from '../../../harness/request-event';

const KNOWN = '/(public)/api/wallet/sessions/[id]/idv/callback';

async function responseTo(own: Response, options: EventOptions) {
	return apiProblems({ event: requestEvent(options), resolve: () => own });
}
const page = (status: number, headers: Record<string, string> = {}) =>
	new Response('<h1>Kit’s own</h1>', { status, headers: { 'content-type': 'text/html', ...headers } });

/** As of Kit: `text()` names no type. */
const noSuchMethod = () =>
	new Response(new TextEncoder().encode('POST method not allowed'), { status: 405, headers: { allow: 'GET, HEAD' } });

describe('below /api', () => {
	test.each(['/api', '/api/nothing', '/api/wallet/sessions/nonsense/status'])(
		'the unknown path %s results in a JSON 404',
		async (path) => {
			const response = await responseTo(page(404), { path });
			expect(response.status).toBe(404);
			expect(await response.json()).toEqual({
				error: 'not_found',
				message: expect.any(String) as unknown,
				requestId: 'r1'
			});
		}
	);

	test.each(['/api/%', '/api/wallet/sessions/%ff/status', '/api/%zz'])(
		'the malformed path %s results in a JSON 400',
		async (path) => {
			const response = await responseTo(page(400), { path });
			expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }]);
		}
	);

	test('an unsupported method results in a JSON 405 with the allowed methods', async () => {
		const response = await responseTo(noSuchMethod(), {
			path: '/api/me',
			routeId: '/(member)/api/me'
		});
		expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
		expect(await response.json()).toMatchObject({ error: 'method_not_allowed' });
	});

	test.each(['application/problem+json', 'text/html', null])(
		'a 405 of a backend, of type %s, stays unchanged',
		async (type) => {
			// Of bytes: a text would give the response a type.
			const body = new TextEncoder().encode('read-only');
			const own = new Response(body, { status: 405, headers: type === null ? {} : { 'content-type': type } });
			const options = { path: '/api/backends/a/b', routeId: '/(member)/api/backends/[name]/[...path]' };
			expect(await responseTo(own, options)).toBe(own);
		}
	);

	test('a response that is replaced is cancelled, also if its body has broken off', async () => {
		const cancel = vi.fn(() => Promise.reject(new Error('broken off')));
		const own = new Response(new ReadableStream({ cancel }), { status: 404 });
		expect((await responseTo(own, { path: '/api/nothing' })).headers.get('content-type')).toBe('application/json');
		expect(cancel).toHaveBeenCalledOnce();
	});

	test('a problem of the portal’s own stays unchanged', async () => {
		const own = Response.json({ error: 'not_found', message: 'gone', requestId: 'r2' }, { status: 404 });
		expect(await responseTo(own, { path: '/api/wallet/sessions/x/status', routeId: KNOWN })).toBe(own);
	});

	test.each([400, 404])('a page with status %i that a route shows to a person is not replaced', async (status) => {
		const own = page(status);
		expect(await responseTo(own, { path: '/api/wallet/sessions/x/idv/callback', routeId: KNOWN })).toBe(own);
	});

	test.each([200, 303, 401, 500])('a response with status %i stays unchanged', async (status) => {
		const own = page(status);
		expect(await responseTo(own, { path: '/api/x' })).toBe(own);
	});
});

test.each([
	[404, '/nothing'],
	[404, '/apiary'],
	[404, '/'],
	[400, '/%']
])('a %i outside /api, such as at %s, stays a page', async (status, path) => {
	const own = page(status);
	expect(await responseTo(own, { path })).toBe(own);
});

test('an unsupported method outside /api results in a JSON 405 for a program', async () => {
	const response = await responseTo(noSuchMethod(), { path: '/locale', routeId: '/(public)/locale' });
	expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
	expect(await response.json()).toMatchObject({ error: 'method_not_allowed' });
});

test('the error page of a form that a page does not have stays a page', async () => {
	const own = page(405);
	expect(await responseTo(own, { path: '/help', routeId: '/(public)/help' })).toBe(own);
});

describe('an exception of a handle', () => {
	const html = { accept: 'text/html' };
	const thrown = (error: unknown, options: EventOptions) =>
		Promise.resolve(apiProblems({ event: requestEvent(options), resolve: () => Promise.reject(error as Error) }));
	const logged = vi.spyOn(log, 'error').mockImplementation(() => {});

	test('below /api results in a JSON 500 that does not disclose it, and is logged', async () => {
		logged.mockClear();
		const response = await thrown(new Error('secret'), { path: '/api/me', routeId: '/(member)/api/me', headers: html });
		expect([response.status, await response.json()]).toMatchObject([500, { error: 'internal_error', requestId: 'r1' }]);
		expect(logged).toHaveBeenCalledOnce();
	});

	test('that is a problem results in that problem', async () => {
		const response = await thrown(new Problem('upstream_unavailable'), {
			path: '/api/me',
			routeId: '/(member)/api/me'
		});
		expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
	});

	test.each([
		['for a page', new Error('a bug'), { path: '/account', routeId: '/(member)/account' }],
		['for a route that people open', new Error('a bug'), { path: '/x', routeId: KNOWN, headers: html }],
		['if it is a redirect', redirectTo('/login'), { path: '/api/me', routeId: '/(member)/api/me' }]
	])('is left to Kit %s', async (_, error, options) => {
		await expect(thrown(error, options)).rejects.toBe(error);
	});
});

function redirectTo(path: string): unknown {
	try {
		return redirect(303, path);
	} catch (error) {
		return error;
	}
}
