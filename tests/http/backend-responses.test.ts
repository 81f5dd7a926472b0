import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Browser } from '../harness/browser.ts';
import type { Landscape } from '../harness/landscape.ts';
import { scrape } from '../harness/scrape.ts';
import { at, type BackendPortal, startBackendPortal } from './support/backend-portal.ts';
import { type OddBackend, PLAIN, STREAM_BYTES } from './support/odd-backend.ts';

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

const decoders: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
	gzip: gunzipSync,
	br: brotliDecompressSync,
	deflate: inflateSync
};

/** The response as sent, and its body decoded as its own headers say. */
async function encoded(codings: readonly string[], method = 'GET', status = 200) {
	const query = `${codings.map((coding) => `coding=${coding}`).join('&')}&status=${status}`;
	const request = httpRequest(landscape.url + at(`/encoded?${query}`), {
		method,
		headers: portal.ownHeaders(),
		agent: false
	});
	const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
	const body = await buffer(response);
	const named = (response.headers['content-encoding'] ?? '').split(/[ ,]+/).filter(Boolean);
	const decode = () => named.reduceRight<Uint8Array>((bytes, coding) => decoders[coding]?.(bytes) ?? bytes, body);
	return { status: response.statusCode, length: response.headers['content-length'], named, body, decode };
}

describe('a response body that is encoded although identity was requested', () => {
	test.each([
		['gzip', ['gzip']],
		['br', ['br']],
		['deflate', ['deflate']],
		['several encodings', ['gzip', 'br']]
	])('with %s can be decoded as its headers say, in successes and in errors', async (_, codings) => {
		for (const [method, status] of [
			['GET', 200],
			['POST', 200],
			['GET', 404],
			['POST', 422]
		] as const) {
			const response = await encoded(codings, method, status);
			expect([response.status, String(Buffer.from(response.decode()))]).toEqual([status, PLAIN]);
			expect(response.length ?? String(response.body.length)).toBe(String(response.body.length));
		}
	});

	test('is absent for HEAD and 304, which keep Content-Encoding', async () => {
		for (const [method, status] of [
			['HEAD', 200],
			['GET', 304]
		] as const) {
			const response = await encoded(['gzip'], method, status);
			expect([response.status, response.named, response.body.length]).toEqual([status, ['gzip'], 0]);
		}
	});
});

describe("a backend's response", () => {
	test('keeps the headers that describe it, and loses those that act on the portal', async () => {
		const { headers } = await browser.call(at('/headers'));
		expect(Object.fromEntries(headers)).toMatchObject({
			'content-type': 'application/json',
			'content-disposition': 'attachment; filename="a.json"',
			etag: '"7"',
			'cache-control': 'no-store',
			'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
			'x-content-type-options': 'nosniff'
		});
		expect(headers.getSetCookie()).toEqual([]);
		const gone = ['server', 'x-powered-by', 'x-hop', 'proxy-authenticate', 'trailer', 'refresh', 'clear-site-data'];
		expect([...gone, 'access-control-allow-origin'].filter((name) => headers.has(name))).toEqual([]);
		expect([headers.get('x-request-id'), headers.get('strict-transport-security')]).not.toContain('theirs');
		expect(headers.get('keep-alive')).not.toBe('timeout=9');
	});

	test.each([
		['text/html', null, 'attachment'],
		['image/svg+xml', 'inline; filename="a.svg"', 'attachment'],
		['application/xhtml+xml', null, 'attachment'],
		['text/xml;charset=utf-8', null, 'attachment'],
		['text/javascript', null, 'attachment'],
		['text/html', 'Attachment; filename="a.html"', 'Attachment; filename="a.html"'],
		['application/problem+json', null, null],
		['image/png', 'inline; filename="a.png"', 'inline; filename="a.png"'],
		['text/event-stream', null, null]
	])('of type %s with disposition %s gets disposition %s, and a CSP sandbox', async (type, disposition, sent) => {
		const query = new URLSearchParams({ type, ...(disposition !== null && { disposition }) });
		const { text, headers } = await browser.call(at(`/typed?${query}`));
		expect([text, headers.get('content-type'), headers.get('content-disposition')]).toEqual([
			'<h1>Hi</h1>',
			type,
			sent
		]);
		expect(headers.get('content-security-policy')).toContain('sandbox');
		expect(headers.get('x-content-type-options')).toBe('nosniff');
	});

	test.each(['script', 'style', 'worker', 'serviceworker', 'manifest', 'iframe', 'object', 'font'])(
		'is refused to a page that requests it as %s, and the backend gets no request',
		async (dest) => {
			const headers = { 'sec-fetch-dest': dest, 'sec-fetch-mode': 'no-cors' };
			expect((await browser.call(at('/echo'), { headers })).status).toBe(403);
			expect(odd.arrived).toEqual([]);
		}
	);

	test.each([
		['/created', 201],
		['/refused', 422],
		['/forbidden', 403]
	])('from %s keeps its status and body', async (path, status) => {
		const response = await portal.post(path);
		expect([response.status, response.text]).toEqual([status, `the stack trace of ${status}`]);
		expect(response.headers.has('www-authenticate')).toBe(false);
	});

	test('has an address of the portal in Location', async () => {
		expect((await portal.post('/created')).headers.get('location')).toBe('/api/backends/odd/things/7');
	});

	test('without a body is passed on without one', async () => {
		const paths = ['/empty', '/reset', '/unchanged'];
		const responses = await Promise.all(paths.map((path) => browser.call(at(path))));
		expect(responses.map(({ status, text }) => [status, text])).toEqual([
			[204, ''],
			[204, ''],
			[304, '']
		]);
	});

	test.each([
		['a redirect', '/moved', 'odd', 502, 'upstream_invalid'],
		['a server error', '/failed', 'odd', 502, 'upstream_invalid'],
		['401 for every token', '/stranger', 'odd', 502, 'upstream_invalid'],
		['a gateway timeout', '/gateway', 'odd', 504, 'upstream_timeout'],
		['a Content-Length over the limit', '/huge', 'narrow', 502, 'upstream_invalid'],
		['no response in time', '/silent', 'narrow', 504, 'upstream_timeout'],
		['a closed connection', '/hangs-up', 'odd', 502, 'upstream_invalid'],
		['a refused connection', '/', 'down', 503, 'upstream_unavailable']
	])('is replaced by an error of the portal after %s', async (_, path, name, status, error) => {
		const response = await browser.call(at(path, name));
		const { requestId } = JSON.parse(response.text) as { requestId: string };
		expect([response.status, JSON.parse(response.text)]).toMatchObject([status, { error }]);
		expect(response.text).not.toContain('stack trace');
		expect(response.headers.has('location')).toBe(false);
		const logged = new RegExp(`"backend":"${name}".*"requestId":"${requestId}"`);
		await vi.waitFor(() => expect(landscape.portal.logs()).toMatch(logged));
	});

	test('with status 503 keeps its Retry-After', async () => {
		const response = await browser.call(at('/busy'));
		expect([response.status, response.headers.get('retry-after')]).toEqual([503, '42']);
	});

	test.each([
		['is cut off', '/cut-off', 'odd'],
		['stalls', '/stalls', 'narrow'],
		['is too large without Content-Length', '/stream', 'narrow']
	])('that %s is cut off for the client too, which cannot take it for complete', async (_, path, name) => {
		await expect(browser.call(at(path, name))).rejects.toThrow();
		expect((await browser.call(at('/echo'))).status).toBe(200);
		expect(landscape.portal.logs()).not.toContain('unexpected error');
	});
});

describe('a streamed response', () => {
	test('is passed on while it is still being written', async () => {
		const { request, responded } = portal.openRequest('GET', at('/steps'));
		request.end();
		const chunks: string[] = [];
		for await (const piece of await responded) {
			chunks.push(String(piece));
			odd.step();
		}
		expect(chunks).toEqual(['one', 'two', 'three']);
	});

	test('is read from the backend no faster than the client reads it', async () => {
		const { request, responded } = portal.openRequest('GET', at('/stream'));
		request.end();
		const response = await responded;
		let before = -1;
		for (let still = 0; still < 5; before = odd.sent) {
			await browser.call(at('/echo'));
			still = odd.sent === before ? still + 1 : 0;
		}
		expect(odd.sent).toBeLessThan(STREAM_BYTES / 2);
		let bytes = 0;
		for await (const piece of response) bytes += (piece as Buffer).length;
		expect(bytes).toBe(STREAM_BYTES);
	});

	test.each(['GET', 'POST'])(
		'to %s ends the call to the backend when the client disconnects, even if the backend sends nothing more',
		async (method) => {
			const next = odd.next();
			const { request, responded } = portal.openRequest(method, at('/stalls'));
			request.end();
			const { socket } = await next;
			const closed = once(socket, 'close');
			await once(await responded, 'data');
			request.destroy();
			await closed;
			expect(odd.arrived).toHaveLength(1);
		}
	);

	test.each(['DELETE', 'PATCH'])(
		'to %s counts as 499 and as a cancelled call, not as an error, if the client disconnects before it',
		async (method) => {
			const next = odd.next();
			const { request } = portal.openRequest(method, at('/silent'));
			request.end();
			const { socket } = await next;
			const closed = once(socket, 'close');
			request.destroy();
			await closed;
			await vi.waitFor(async () => {
				const { series } = await scrape(portal.metricsPort);
				const statuses = series.filter((one) => one.includes(`http_request_method=${method},`)).join();
				expect(statuses).toContain('http_response_status_code=499,');
				expect(statuses).not.toContain('http_response_status_code=503,');
				expect(series.join()).toContain('error_type=cancelled,portal_operation=odd,');
			});
		}
	);
});
