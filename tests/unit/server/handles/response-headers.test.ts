import { afterEach, describe, expect, test, vi } from 'vitest';
import { responseHeaders } from '$lib/server/handles/response-headers';
import { log } from '$lib/server/log';
import { locale } from '$lib/server/handles/locale';
import { originPolicy } from '$lib/server/handles/origin-policy';
import { requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
afterEach(() => {
	vi.restoreAllMocks();
	configure();
});

describe('every response', () => {
	const withHeaders = async (own: Response) => responseHeaders({ event: requestEvent(), resolve: () => own });

	test('carries the fixed headers, and is not stored', async () => {
		const { headers } = await withHeaders(new Response('x'));
		expect(Object.fromEntries(headers)).toMatchObject({
			'cache-control': 'no-store',
			'content-security-policy': expect.stringMatching(/frame-ancestors 'none'.*base-uri 'none'/) as unknown,
			'permissions-policy': expect.stringContaining('camera=()') as unknown,
			'referrer-policy': 'same-origin',
			'x-content-type-options': 'nosniff'
		});
	});

	test('has HSTS under https only', async () => {
		expect((await withHeaders(new Response('x'))).headers.has('strict-transport-security')).toBe(false);
		configure({ AUTH_URL: 'https://portal.example.org' });
		expect((await withHeaders(new Response('x'))).headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
	});

	test('keeps its own policy and caching rule', async () => {
		const own = { 'content-security-policy': "script-src 'nonce-x'", 'cache-control': 'private, max-age=5' };
		const { headers } = await withHeaders(new Response('x', { headers: own }));
		expect(Object.fromEntries(headers)).toMatchObject(own);
	});

	test('that sets a cookie, such as the session, is not stored, whatever its own rule', async () => {
		const own = new Response('x', { headers: { 'cache-control': 'public, max-age=3600', 'set-cookie': 'a=1' } });
		expect((await withHeaders(own)).headers.get('cache-control')).toBe('no-store');
	});

	test('keeps its status, body and all its cookies, and a redirect has the fixed headers too', async () => {
		const own = new Response('body', { status: 201 });
		own.headers.append('set-cookie', 'a=1');
		own.headers.append('set-cookie', 'b=2');
		const response = await withHeaders(own);
		expect([response.status, await response.text(), response.headers.getSetCookie()]).toEqual([
			201,
			'body',
			['a=1', 'b=2']
		]);
		expect(
			(await withHeaders(Response.redirect('http://localhost:3000/', 303))).headers.get('x-content-type-options')
		).toBe('nosniff');
	});

	test('has a request id, which is different each time', async () => {
		const ids = await Promise.all(
			[1, 2].map(async () => {
				const event = requestEvent();
				const response = await responseHeaders({ event, resolve: () => new Response('x') });
				return [event.locals.requestId, response.headers.get('x-request-id')];
			})
		);
		expect(ids[0]?.[0]).toMatch(/^[\da-f]{12}$/);
		expect(ids[0]?.[1]).toBe(ids[0]?.[0]);
		expect(ids[1]?.[0]).not.toBe(ids[0]?.[0]);
	});
});

test('error responses are logged with a rate limit', async () => {
	const logged = vi.spyOn(log, 'limited').mockImplementation(() => {});
	const respond = (status: number) =>
		responseHeaders({ event: requestEvent({ routeId: '/login' }), resolve: () => new Response(null, { status }) });
	await respond(303);
	const { headers } = await respond(404);
	const requestId = headers.get('x-request-id');
	expect(logged).toHaveBeenCalledExactlyOnceWith('the portal responded with an error', {
		requestId,
		route: '/login',
		status: 404
	});
});

test.each([
	['truncated', '192.0.2.0/24'],
	['full', '192.0.2.1'],
	['none', undefined]
])('with AUDIT_ADDRESS=%s, the audit log shows %s, and is limited by network', async (address, shown) => {
	configure({ AUDIT_ADDRESS: address });
	const event = requestEvent();
	await responseHeaders({ event, resolve: () => new Response('x') });
	expect(event.locals.auditAddress?.()).toEqual({ shown, network: '192.0.2.0/24' });
});

describe('the origin policy', () => {
	const post = (headers: Record<string, string>, method = 'POST') =>
		originPolicy({
			event: requestEvent({ path: '/api/wallet/sessions', method, headers }),
			resolve: () => new Response('reached', { headers: { vary: 'accept' } })
		});

	test('refuses a request with a JSON response', async () => {
		const response = await post({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' });
		expect(response.status).toBe(403);
		expect(await response.json()).toMatchObject({ error: 'forbidden_origin', requestId: 'r1' });
	});

	test('allows requests from the portal’s own pages, and sends no CORS header', async () => {
		const response = await post({ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:3000' });
		expect(await response.text()).toBe('reached');
		expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
	});

	test('accepts the preflight request of a configured development server, and no other', async () => {
		configure({ CORS_DEV_ORIGINS: 'http://localhost:5173' });
		const preflight = await post({ origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' }, 'OPTIONS');
		expect(preflight.status).toBe(204);
		expect(Object.fromEntries(preflight.headers)).toMatchObject({
			'access-control-allow-origin': 'http://localhost:5173',
			'access-control-allow-credentials': 'true',
			vary: 'origin'
		});
		expect((await post({ origin: 'http://localhost:5174' }, 'OPTIONS')).status).toBe(403);
	});
});

describe('the language of a page', () => {
	const chosen = async (cookie: string, acceptLanguage: string) => {
		const event = requestEvent({ cookie, headers: { 'accept-language': acceptLanguage } });
		await locale({ event, resolve: () => new Response('x') });
		return event.locals.locale();
	};

	test.each([
		['portal.locale=nl', 'en', 'nl'],
		['portal.locale=en', 'nl', 'en'],
		['', 'nl', 'nl'],
		['portal.locale=<script>', 'nl', 'nl'],
		['', 'de', 'en']
	])('with the cookie "%s" and a browser that prefers %s is %s', async (cookie, preferred, found) => {
		expect(await chosen(cookie, preferred)).toBe(found);
	});
});
