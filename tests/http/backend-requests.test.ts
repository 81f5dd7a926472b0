import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { ApiClient } from '../harness/api-client.ts';
import type { Landscape } from '../harness/landscape.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { at, type BackendPortal, startBackendPortal, UPLOAD_BYTES } from './support/backend-portal.ts';
import { heldSession } from './support/held-session.ts';
import { signInAtInstitution } from './support/journeys.ts';
import type { OddBackend } from './support/odd-backend.ts';
import { serviceToken } from './support/third-party.ts';

let portal: BackendPortal;
let landscape: Landscape;
let odd: OddBackend;
let browser: Browser;
beforeAll(async () => {
	portal = await startBackendPortal();
	({ landscape, odd, browser } = portal);
});
afterAll(() => portal.stop());
beforeEach(() => portal.reset());

describe('a request to a backend', () => {
	test('arrives with its method, path, query and body, and with the token of the person', async () => {
		const response = await browser.call(at('/echo?a=b%20c'), {
			method: 'PATCH',
			body: '{"x":1}',
			headers: { 'content-type': 'application/merge-patch+json' }
		});
		expect([response.status, odd.arrived]).toMatchObject([200, [{ method: 'PATCH', target: '/api/echo?a=b%20c' }]]);
		expect(await odd.arrived[0]?.body).toBe('{"x":1}');
		const { accessToken } = await heldSession(browser, landscape);
		expect(JSON.parse(response.text)).toMatchObject({
			authorization: `Bearer ${accessToken}`,
			'content-type': 'application/merge-patch+json',
			'content-length': '7',
			'x-request-id': response.headers.get('x-request-id'),
			traceparent: expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/)
		});
	});

	test.each(['GET', 'POST'])('with %s passes on no other headers of a browser or a proxy', async (method) => {
		const hostile = {
			'x-request-id': 'forged',
			'x-forwarded-for': '203.0.113.9',
			'x-forwarded-host': 'evil.example',
			forwarded: 'for=203.0.113.9',
			'x-real-ip': '203.0.113.9',
			via: '1.1 evil',
			traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
			baggage: 'evil=1',
			'proxy-authorization': 'Basic ZXZpbA==',
			authorization: 'Basic ZXZpbA==',
			'x-anything': 'evil',
			'x-http-method-override': 'DELETE',
			te: 'trailers',
			referer: 'http://evil.example/'
		};
		const wanted = { accept: 'text/csv', 'accept-language': 'fr', 'if-none-match': '"1"', range: 'bytes=0-1' };
		await browser.call(at('/echo'), { method, headers: { ...hostile, ...wanted } });
		const { headers = {} } = odd.arrived[0] ?? {};
		expect(headers).toMatchObject({ ...wanted, 'accept-encoding': expect.stringContaining('identity') });
		const allowed = [
			'authorization',
			'cache-control',
			'connection',
			'pragma',
			'content-length',
			'host',
			'keep-alive',
			'sec-fetch-mode',
			'traceparent'
		];
		const known = new Set([...allowed, 'user-agent', 'x-request-id', 'accept-encoding', ...Object.keys(wanted)]);
		expect(Object.keys(headers).filter((name) => !known.has(name))).toEqual([]);
		expect(JSON.stringify(headers)).not.toMatch(/evil|forged|203\.0\.113|0af76519|ZXZpbA|portal\./);
		expect(headers.host).toBe(new URL(odd.url).host);
	});

	test('has no token if the backend is configured without one', async () => {
		await browser.call(at('/echo', 'open'));
		expect(odd.arrived[0]?.headers).not.toHaveProperty('authorization');
	});

	test('is not sent if nobody is signed in', async () => {
		const anonymous = new Browser(landscape.url);
		const responses = [
			anonymous.call(at('/echo')),
			anonymous.call(at('/echo', 'open')),
			anonymous.call(at('/x', 'nothing'))
		];
		expect((await Promise.all(responses)).map(({ status }) => status)).toEqual([401, 401, 401]);
		expect(odd.arrived).toEqual([]);
	});

	test('from a page of another site is refused, and not sent', async () => {
		const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
		expect((await browser.call(at('/echo'), { headers })).status).toBe(403);
		expect(odd.arrived).toEqual([]);
	});

	test.each(['/x', '', '/'])('to a backend that is not configured is not found ("%s")', async (path) => {
		const response = await browser.call(at(path, 'nothing'));
		expect([response.status, JSON.parse(response.text)]).toMatchObject([404, { error: 'not_found' }]);
	});

	test('keeps a trailing slash', async () => {
		await browser.call(at('/things/'));
		expect(odd.arrived).toMatchObject([{ target: '/api/things/' }]);
	});

	test('with a method that is not configured is refused, and Allow lists the configured methods', async () => {
		const response = await browser.call(at('/echo', 'narrow'), { method: 'DELETE' });
		expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
		expect(JSON.parse(response.text)).toMatchObject({ error: 'method_not_allowed' });
		const options = await browser.call(at('/echo', 'narrow'), { method: 'OPTIONS' });
		expect([options.status, options.headers.get('allow'), options.text]).toEqual([204, 'GET, HEAD, OPTIONS', '']);
		expect(odd.arrived).toEqual([]);
	});

	test('with HEAD arrives as HEAD', async () => {
		const response = await browser.call(at('/typed?type=text/html'), { method: 'HEAD' });
		expect([response.status, response.headers.get('content-type'), response.text]).toEqual([200, 'text/html', '']);
		expect(odd.arrived).toMatchObject([{ method: 'HEAD' }]);
	});

	test('with POST is sent once, even if the backend closes the connection', async () => {
		expect((await portal.post('/hangs-up')).status).toBe(502);
		expect((await portal.post('/hangs-up', 'x'.repeat(100_000))).status).toBe(502);
		expect(odd.arrived).toHaveLength(2);
	});
});

describe('a request body', () => {
	test('is passed on while it is still being sent', async () => {
		const { request, responded } = portal.openRequest('PUT', at('/echo'));
		const next = odd.next();
		request.write('first');
		const arrived = await next;
		expect(await arrived.first).toBe('first');
		request.end(', last');
		(await responded).resume();
		expect(await arrived.body).toBe('first, last');
	});

	test('with a Content-Length over the limit is refused, and not sent', async () => {
		const response = await portal.post('/echo', 'x'.repeat(UPLOAD_BYTES + 1));
		expect([response.status, JSON.parse(response.text)]).toMatchObject([413, { error: 'payload_too_large' }]);
		expect(odd.arrived).toEqual([]);
	});

	test('that turns out to be over the limit is refused, and does not arrive complete', async () => {
		const piece = 'x'.repeat(UPLOAD_BYTES / 4);
		const headers = portal.ownHeaders();
		const body = Array.from({ length: 5 }, () => piece);
		const response = await rawRequest(landscape.portal.port, { method: 'PUT', path: at('/echo'), headers, body });
		expect([response.status, JSON.parse(response.body)]).toMatchObject([413, { error: 'payload_too_large' }]);
		expect(await Promise.all(odd.arrived.map((arrival) => arrival.body))).not.toContain(piece.repeat(5));
	});

	test('of exactly the limit is passed on, with and without Content-Length', async () => {
		const whole = 'x'.repeat(UPLOAD_BYTES);
		expect((await portal.post('/echo?whole', whole)).status).toBe(200);
		const body = [whole.slice(1), 'x'];
		const path = at('/echo?whole');
		const response = await rawRequest(landscape.portal.port, {
			method: 'PUT',
			path,
			headers: portal.ownHeaders(),
			body
		});
		expect(response.status).toBe(200);
		// Requests that another test aborted may arrive only now.
		const arrived = odd.arrived.filter(({ target }) => target.endsWith('?whole'));
		expect(await Promise.all(arrived.map((arrival) => arrival.body))).toEqual([whole, whole]);
	});
});

describe('an API client', () => {
	const calling = async (name: string, scope: string) =>
		new ApiClient(landscape.url, await serviceToken(landscape, scope)).call(at('/echo', name));

	test('with the scope of a backend gets a response, and its token is not passed on', async () => {
		expect((await calling('open', 'profile:read')).status).toBe(200);
		expect(odd.arrived[0]?.headers).not.toHaveProperty('authorization');
	});

	test('without that scope gets an error that names it', async () => {
		const response = await calling('open', 'wallet:sessions');
		expect([response.status, response.headers.get('www-authenticate')]).toEqual([
			403,
			expect.stringMatching(/error="insufficient_scope".*scope="profile:read"/)
		]);
		expect(odd.arrived).toEqual([]);
	});

	test('is refused where no scope is configured', async () => {
		expect((await calling('odd', 'profile:read')).status).toBe(401);
		expect((await calling('nothing', 'profile:read')).status).toBe(401);
		expect(odd.arrived).toEqual([]);
	});
});

describe('a valid token that a backend refuses', () => {
	/**
	 * A person whose token the backend refuses. A different person for each test, because tokens are not replaced
	 * repeatedly.
	 */
	async function refused() {
		const person = new Browser(landscape.url);
		await signInAtInstitution(person);
		const { accessToken } = await heldSession(person, landscape);
		odd.refused.add(`Bearer ${accessToken}`);
		return { person, accessToken };
	}
	const upload = (body: string) => ({ method: 'POST', body, headers: { 'content-type': 'text/plain' } });

	test.each([
		['GET', {}],
		['DELETE', { method: 'DELETE' }],
		['POST with a short body', upload('x'.repeat(60_000))]
	])('is replaced, and the %s is sent once more', async (_, call) => {
		const { person, accessToken } = await refused();
		const response = await person.call(at('/echo'), call);
		const renewed = (await heldSession(person, landscape)).accessToken;
		expect([response.status, odd.arrived.length, renewed === accessToken]).toEqual([200, 2, false]);
		expect(odd.arrived[1]?.headers.authorization).toBe(`Bearer ${renewed}`);
		expect(await odd.arrived[1]?.body).toBe('body' in call ? call.body : '');
	});

	test('is replaced for the next attempt if the body cannot be sent again', async () => {
		const { person } = await refused();
		const attempt = () => person.call(at('/echo'), upload('x'.repeat(100_000)));
		const response = await attempt();
		expect([response.status, response.headers.get('retry-after'), odd.arrived.length]).toEqual([503, '5', 1]);
		expect((await attempt()).status).toBe(200);
	});
});
