import { describe, expect, test } from 'vitest';
import { apiProblems } from '$lib/server/handles/api-problems';
import { type EventOptions, requestEvent } from '../../../harness/request-event';

const KNOWN = '/(public)/api/wallet/sessions/[id]/idv/callback';

async function responseTo(own: Response, options: EventOptions) {
	return apiProblems({ event: requestEvent(options), resolve: () => own });
}
const page = (status: number, headers: Record<string, string> = {}) =>
	new Response('<h1>Kit’s own</h1>', { status, headers: { 'content-type': 'text/html', ...headers } });

describe('below /api', () => {
	test.each(['/api', '/api/nothing', '/api/wallet/sessions/nonsense/status'])(
		'the unknown address %s is a 404 in JSON',
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

	test('a wrong method is a 405 in JSON that says which are right', async () => {
		const response = await responseTo(page(405, { allow: 'GET, HEAD' }), {
			path: '/api/me',
			routeId: '/(member)/api/me'
		});
		expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
		expect(await response.json()).toMatchObject({ error: 'method_not_allowed' });
	});

	test('a problem of our own stays as it is', async () => {
		const own = Response.json({ error: 'not_found', message: 'gone', requestId: 'r2' }, { status: 404 });
		expect(await responseTo(own, { path: '/api/wallet/sessions/x/status', routeId: KNOWN })).toBe(own);
	});

	test('a page that a route shows to a person stays a page', async () => {
		const own = page(404);
		expect(await responseTo(own, { path: '/api/wallet/sessions/x/idv/callback', routeId: KNOWN })).toBe(own);
	});

	test.each([200, 303, 401, 500])('a response with status %i stays as it is', async (status) => {
		const own = page(status);
		expect(await responseTo(own, { path: '/api/x' })).toBe(own);
	});
});

test.each(['/nothing', '/apiary', '/'])('elsewhere, as at %s, a 404 is a page', async (path) => {
	const own = page(404);
	expect(await responseTo(own, { path })).toBe(own);
});
