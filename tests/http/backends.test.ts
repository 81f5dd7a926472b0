import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { Caller } from '../harness/caller.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { scrape } from '../harness/scrape.ts';
import { heldSession } from './support/held-session.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { type OddBackend, PLAIN, startOddBackend, STREAM_BYTES } from './support/odd-backend.ts';
import { AUDIENCE, serviceToken } from './support/third-party.ts';

const UPLOAD_BYTES = 200_000;

let landscape: Landscape;
let odd: OddBackend;
let metricsPort: number;
let browser: Browser;

beforeAll(async () => {
	odd = await startOddBackend();
	const all = { methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], maxRequestBytes: UPLOAD_BYTES };
	const backends = {
		odd: { url: odd.url, token: 'user', ...all, maxAnswerBytes: 2 * STREAM_BYTES },
		narrow: { url: odd.url, token: 'user', timeoutMs: 300, maxAnswerBytes: 100_000 },
		open: { url: odd.url, token: 'none', callerScope: 'profile:read', ...all },
		down: { url: `http://127.0.0.1:${await freePort()}`, token: 'user' }
	};
	metricsPort = await freePort();
	const env = { BACKENDS: JSON.stringify(backends), API_AUDIENCE: AUDIENCE, METRICS_PORT: String(metricsPort) };
	landscape = await startLandscape({ runtime, env });
	browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
});
afterAll(async () => {
	await landscape.stop();
	await odd.stop();
});
beforeEach(() => {
	odd.arrived.length = 0;
	odd.refused.clear();
});

const at = (path: string, name = 'odd') => `/api/backends/${name}${path}`;
const post = (path: string, body = 'x', name = 'odd') =>
	browser.call(at(path, name), { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
const token = async () => (await heldSession(browser, landscape)).accessToken;

/** The headers of the signed-in browser, for requests that do not go through it. */
const ownHeaders = (): Record<string, string> => ({
	cookie: [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; '),
	origin: landscape.url,
	'content-type': 'text/plain'
});

/** A request whose body the test sends piece by piece. */
function openRequest(method: string, path: string) {
	const request = httpRequest(landscape.url + path, { method, headers: ownHeaders(), agent: false });
	const answered = once(request, 'response').then(([response]) => response as IncomingMessage);
	// A request that is aborted before the response gets none.
	answered.catch(() => {});
	return { request, answered };
}

describe('a request to a service', () => {
	test('arrives with its method, path, query and body, and with the token of the person', async () => {
		const answer = await browser.call(at('/echo?a=b%20c'), {
			method: 'PATCH',
			body: '{"x":1}',
			headers: { 'content-type': 'application/merge-patch+json' }
		});
		expect([answer.status, odd.arrived]).toMatchObject([200, [{ method: 'PATCH', target: '/api/echo?a=b%20c' }]]);
		expect(await odd.arrived[0]?.body).toBe('{"x":1}');
		expect(JSON.parse(answer.text)).toMatchObject({
			authorization: `Bearer ${await token()}`,
			'content-type': 'application/merge-patch+json',
			'content-length': '7',
			'x-request-id': answer.headers.get('x-request-id'),
			traceparent: expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/)
		});
	});

	test.each(['GET', 'POST'])('by %s brings nothing else of what a browser or a proxy says', async (method) => {
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

	test('carries no token where the service is to get none', async () => {
		await browser.call(at('/echo', 'open'));
		expect(odd.arrived[0]?.headers).not.toHaveProperty('authorization');
	});

	test('needs a signed-in person, and is not sent otherwise', async () => {
		const stranger = new Browser(landscape.url);
		const responses = [
			stranger.call(at('/echo')),
			stranger.call(at('/echo', 'open')),
			stranger.call(at('/x', 'nothing'))
		];
		expect((await Promise.all(responses)).map(({ status }) => status)).toEqual([401, 401, 401]);
		expect(odd.arrived).toEqual([]);
	});

	test("of another site's page goes nowhere", async () => {
		const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
		expect((await browser.call(at('/echo'), { headers })).status).toBe(403);
		expect(odd.arrived).toEqual([]);
	});

	test.each(['/x', '', '/'])('of a service that is not configured is not found ("%s")', async (path) => {
		const answer = await browser.call(at(path, 'nothing'));
		expect([answer.status, JSON.parse(answer.text)]).toMatchObject([404, { error: 'not_found' }]);
	});

	test.each([
		'/..%2fecho',
		'/%2e%2e%2fecho',
		'/%252e%252e/echo',
		'/a%5c..%5cecho',
		'/a%00',
		'//echo',
		'/..;/echo',
		'/%ff'
	])('to %s goes nowhere', async (path) => {
		const answer = await rawRequest(landscape.portal.port, { path: at(path), headers: ownHeaders() });
		expect([404, 400]).toContain(answer.status);
		expect(odd.arrived).toEqual([]);
	});

	test('to ../ is a request to another address of the portal', async () => {
		const answer = await rawRequest(landscape.portal.port, { path: at('/../../me'), headers: ownHeaders() });
		expect(JSON.parse(answer.body)).toHaveProperty('provider', 'sts');
		expect(odd.arrived).toEqual([]);
	});

	test('keeps a closing slash', async () => {
		await browser.call(at('/things/'));
		expect(odd.arrived).toMatchObject([{ target: '/api/things/' }]);
	});

	test('by a method that is not configured is refused, with those that are', async () => {
		const answer = await browser.call(at('/echo', 'narrow'), { method: 'DELETE' });
		expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
		expect(JSON.parse(answer.text)).toMatchObject({ error: 'method_not_allowed' });
		const options = await browser.call(at('/echo', 'narrow'), { method: 'OPTIONS' });
		expect([options.status, options.headers.get('allow'), options.text]).toEqual([204, 'GET, HEAD, OPTIONS', '']);
		expect(odd.arrived).toEqual([]);
	});

	test('by HEAD arrives as HEAD', async () => {
		const answer = await browser.call(at('/typed?type=text/html'), { method: 'HEAD' });
		expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([200, 'text/html', '']);
		expect(odd.arrived).toMatchObject([{ method: 'HEAD' }]);
	});

	test('that changes something is sent once, also when the service hangs up', async () => {
		expect((await post('/hangs-up')).status).toBe(502);
		expect((await post('/hangs-up', 'x'.repeat(100_000))).status).toBe(502);
		expect(odd.arrived).toHaveLength(2);
	});
});

describe('a body that is encoded although identity was requested', () => {
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
			headers: ownHeaders(),
			agent: false
		});
		const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
		const body = await buffer(response);
		const named = (response.headers['content-encoding'] ?? '').split(/[ ,]+/).filter(Boolean);
		const decode = () => named.reduceRight<Uint8Array>((bytes, coding) => decoders[coding]?.(bytes) ?? bytes, body);
		return { status: response.statusCode, length: response.headers['content-length'], named, body, decode };
	}

	test.each([
		['gzip', ['gzip']],
		['br', ['br']],
		['deflate', ['deflate']],
		['several encodings', ['gzip', 'br']]
	])('with %s is what its headers say, in good responses and in refusals', async (_, codings) => {
		for (const [method, status] of [
			['GET', 200],
			['POST', 200],
			['GET', 404],
			['POST', 422]
		] as const) {
			const answer = await encoded(codings, method, status);
			expect([answer.status, String(Buffer.from(answer.decode()))]).toEqual([status, PLAIN]);
			expect(answer.length ?? String(answer.body.length)).toBe(String(answer.body.length));
		}
	});

	test('is none for HEAD and 304, which say the same of it', async () => {
		for (const [method, status] of [
			['HEAD', 200],
			['GET', 304]
		] as const) {
			const answer = await encoded(['gzip'], method, status);
			expect([answer.status, answer.named, answer.body.length]).toEqual([status, ['gzip'], 0]);
		}
	});
});

describe("a third party's program", () => {
	const calling = async (name: string, scope: string) =>
		new Caller(landscape.url, await serviceToken(landscape, scope)).call(at('/echo', name));

	test('that has the scope of a service gets through, and its own token does not', async () => {
		expect((await calling('open', 'profile:read')).status).toBe(200);
		expect(odd.arrived[0]?.headers).not.toHaveProperty('authorization');
	});

	test('gets the name of the missing scope', async () => {
		const answer = await calling('open', 'wallet:sessions');
		expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
			403,
			expect.stringMatching(/error="insufficient_scope".*scope="profile:read"/)
		]);
		expect(odd.arrived).toEqual([]);
	});

	test('gets nowhere at a service that names no scope', async () => {
		expect((await calling('odd', 'profile:read')).status).toBe(401);
		expect((await calling('nothing', 'profile:read')).status).toBe(401);
		expect(odd.arrived).toEqual([]);
	});
});

describe("a service's response", () => {
	test('comes with what describes it, and with nothing that acts on the portal', async () => {
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
	])('of type %s with disposition %s is sent with disposition %s, in a sandbox', async (type, disposition, sent) => {
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
		'is refused to a page that requests it as %s, without a request to the service',
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
	])('to %s keeps its status and body', async (path, status) => {
		const answer = await post(path);
		expect([answer.status, answer.text]).toEqual([status, `the stack trace of ${status}`]);
		expect(answer.headers.has('www-authenticate')).toBe(false);
	});

	test('names what it has made by an address of the portal', async () => {
		expect((await post('/created')).headers.get('location')).toBe('/api/backends/odd/things/7');
	});

	test('without a body has none', async () => {
		const responses = [await browser.call(at('/empty')), await browser.call(at('/unchanged'))];
		expect(responses.map(({ status, text }) => [status, text])).toEqual([
			[204, ''],
			[304, '']
		]);
	});

	test.each([
		['a redirect', '/moved', 'odd', 502, 'upstream_invalid'],
		['a fault of its own', '/failed', 'odd', 502, 'upstream_invalid'],
		['a refusal of every token', '/stranger', 'odd', 502, 'upstream_invalid'],
		['a timeout of its own', '/gateway', 'odd', 504, 'upstream_timeout'],
		['too much, announced', '/huge', 'narrow', 502, 'upstream_invalid'],
		['silence', '/silent', 'narrow', 504, 'upstream_timeout'],
		['a closed connection', '/hangs-up', 'odd', 502, 'upstream_invalid'],
		['nobody there', '/', 'down', 503, 'upstream_unavailable']
	])('that is %s is reported with a problem of the portal', async (_, path, name, status, error) => {
		const answer = await browser.call(at(path, name));
		const { requestId } = JSON.parse(answer.text) as { requestId: string };
		expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, { error }]);
		expect(answer.text).not.toContain('stack trace');
		expect(answer.headers.has('location')).toBe(false);
		const logged = new RegExp(`"backend":"${name}".*"requestId":"${requestId}"`);
		await vi.waitFor(() => expect(landscape.portal.logs()).toMatch(logged));
	});

	test('that it is busy says when to come back', async () => {
		const answer = await browser.call(at('/busy'));
		expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '42']);
	});

	test.each([
		['breaks off', '/cut-off', 'odd'],
		['stalls', '/stalls', 'narrow'],
		['has too much, unannounced', '/stream', 'narrow']
	])('that %s breaks off here too, and is never taken for whole', async (_, path, name) => {
		await expect(browser.call(at(path, name))).rejects.toThrow();
		expect((await browser.call(at('/echo'))).status).toBe(200);
		expect(landscape.portal.logs()).not.toContain('outside the application');
	});
});

describe('streams', () => {
	test('a body is passed on while it is still being sent', async () => {
		const { request, answered } = openRequest('PUT', at('/echo'));
		const next = odd.next();
		request.write('first');
		const arrived = await next;
		expect(await arrived.first).toBe('first');
		request.end(', last');
		(await answered).resume();
		expect(await arrived.body).toBe('first, last');
	});

	test('a response is passed on while it is still being written', async () => {
		const { request, answered } = openRequest('GET', at('/steps'));
		request.end();
		const chunks: string[] = [];
		for await (const piece of await answered) {
			chunks.push(String(piece));
			odd.step();
		}
		expect(chunks).toEqual(['one', 'two', 'three']);
	});

	test('a response is written no faster than it is read', async () => {
		const { request, answered } = openRequest('GET', at('/stream'));
		request.end();
		const answer = await answered;
		let before = -1;
		for (let still = 0; still < 5; before = odd.sent) {
			await browser.call(at('/echo'));
			still = odd.sent === before ? still + 1 : 0;
		}
		expect(odd.sent).toBeLessThan(STREAM_BYTES / 2);
		let bytes = 0;
		for await (const piece of answer) bytes += (piece as Buffer).length;
		expect(bytes).toBe(STREAM_BYTES);
	});

	test.each(['GET', 'POST'])(
		'a client that leaves during a response to %s ends the call to the service, even a silent one',
		async (method) => {
			const next = odd.next();
			const { request, answered } = openRequest(method, at('/stalls'));
			request.end();
			const { socket } = await next;
			const closed = once(socket, 'close');
			await once(await answered, 'data');
			request.destroy();
			await closed;
			expect(odd.arrived).toHaveLength(1);
		}
	);

	test.each(['DELETE', 'PATCH'])(
		'a client that leaves before the response to %s makes no error of the portal, and a cancelled call',
		async (method) => {
			const next = odd.next();
			const { request } = openRequest(method, at('/silent'));
			request.end();
			const { socket } = await next;
			const closed = once(socket, 'close');
			request.destroy();
			await closed;
			await vi.waitFor(async () => {
				const { series } = await scrape(metricsPort);
				const statuses = series.filter((one) => one.includes(`http_request_method=${method},`)).join();
				expect(statuses).toContain('http_response_status_code=499,');
				expect(statuses).not.toContain('http_response_status_code=503,');
				expect(series.join()).toContain('error_type=cancelled,portal_operation=odd,');
			});
		}
	);

	test('a body that says it is too large is refused unseen', async () => {
		const answer = await post('/echo', 'x'.repeat(UPLOAD_BYTES + 1));
		expect([answer.status, JSON.parse(answer.text)]).toMatchObject([413, { error: 'payload_too_large' }]);
		expect(odd.arrived).toEqual([]);
	});

	test('a body that turns out too large is refused, and never whole at the service', async () => {
		const piece = 'x'.repeat(UPLOAD_BYTES / 4);
		const headers = ownHeaders();
		const body = Array.from({ length: 5 }, () => piece);
		const answer = await rawRequest(landscape.portal.port, { method: 'PUT', path: at('/echo'), headers, body });
		expect([answer.status, JSON.parse(answer.body)]).toMatchObject([413, { error: 'payload_too_large' }]);
		expect(await Promise.all(odd.arrived.map((arrival) => arrival.body))).not.toContain(piece.repeat(5));
	});

	test('a body of the limit is passed on, announced or not', async () => {
		const whole = 'x'.repeat(UPLOAD_BYTES);
		expect((await post('/echo?whole', whole)).status).toBe(200);
		const body = [whole.slice(1), 'x'];
		const path = at('/echo?whole');
		const answer = await rawRequest(landscape.portal.port, { method: 'PUT', path, headers: ownHeaders(), body });
		expect(answer.status).toBe(200);
		// Requests that another test aborted may arrive only now.
		const arrived = odd.arrived.filter(({ target }) => target.endsWith('?whole'));
		expect(await Promise.all(arrived.map((arrival) => arrival.body))).toEqual([whole, whole]);
	});
});

describe('a token that a service refuses though it looks good', () => {
	/**
	 * A person whose token the service refuses. A different person for each test, because tokens are not replaced
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
	])('is replaced, and a %s sent once more', async (_, call) => {
		const { person, accessToken } = await refused();
		const answer = await person.call(at('/echo'), call);
		const renewed = (await heldSession(person, landscape)).accessToken;
		expect([answer.status, odd.arrived.length, renewed === accessToken]).toEqual([200, 2, false]);
		expect(odd.arrived[1]?.headers.authorization).toBe(`Bearer ${renewed}`);
		expect(await odd.arrived[1]?.body).toBe('body' in call ? call.body : '');
	});

	test('is replaced for the next attempt, where the body is gone', async () => {
		const { person } = await refused();
		const attempt = () => person.call(at('/echo'), upload('x'.repeat(100_000)));
		const answer = await attempt();
		expect([answer.status, answer.headers.get('retry-after'), odd.arrived.length]).toEqual([503, '5', 1]);
		expect((await attempt()).status).toBe(200);
	});
});
