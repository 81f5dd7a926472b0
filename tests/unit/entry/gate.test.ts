import { describe, expect, test } from 'vitest';
import { checkRequest, type GateResult } from '../../../src/entry/gate';
import type { StaticFile } from '../../../src/entry/static-files';

const svg = new TextEncoder().encode('<svg/>');
const logo: StaticFile = {
	type: 'image/svg+xml',
	cacheControl: 'no-cache',
	content: () => ({ digest: 'abc', plain: svg })
};
const settings = {
	origin: 'https://portal.example',
	bodyLimitBytes: 100,
	backends: [{ name: 'files', maxRequestBytes: 1000 }],
	files: new Map([['/lögo.svg', logo]])
};

const check = (method: string, target: string, headers: Record<string, string> = {}) =>
	checkRequest(
		{ method, target, header: (name) => headers[name] ?? null, host: headers.host ?? null, headBytes: 0 },
		settings
	);

function refusal(result: GateResult) {
	if (!('response' in result)) throw new Error(`passed on as ${result.target}`);
	const { status, headers, body } = result.response;
	const problem: unknown = JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()));
	return { status, headers, problem };
}

test.each([
	['/account?x=1', '/account?x=1'],
	['//evil.example/x', '//evil.example/x'],
	['http://evil.example/account?x=1', '/account?x=1']
])('a request for "%s" is forwarded as "%s" on the portal’s origin', (target, passedOn) => {
	expect(check('GET', target)).toMatchObject({ target: passedOn });
});

test.each([
	['/api/me/__data.json?x=1', '/api/me/__data%2Ejson?x=1'],
	['/api/me\\__data.json', '/api/me/__data%2Ejson'],
	['/%61pi/backends/files/a.html__data.json', '/%61pi/backends/files/a.html__data%2Ejson'],
	['http://evil.example/api/__data.json', '/api/__data%2Ejson'],
	['/api/me/__route.js', '/api/me/__route%2Ejs'],
	['/login/__route.js?x', '/login/__route%2Ejs?x'],
	['/_app/remote/a/b?x', '/_app/remote%2Fa/b?x'],
	['/login/__data.json?x=1', '/login/__data.json?x=1'],
	['/login.html__data.json', '/login.html__data.json'],
	['/api/backends/files/a__data.json', '/api/backends/files/a__data.json']
])('of what SvelteKit reads into the path %s, the application gets %s', (target, passedOn) => {
	expect(check('GET', target)).toMatchObject({ target: passedOn });
});

test.each(['http://a@b/account', 'http://a:b@c/', 'http:///account', 'http://a,b/'])(
	'a target "%s" with an invalid host is refused',
	(target) => {
		expect(refusal(check('GET', target))).toMatchObject({ status: 400, problem: { error: 'invalid_request' } });
	}
);

test.each(['x://y/', '.evil.example/', '@evil.example/', ':81/', '*', ''])(
	'a target "%s" that would name another host if appended to the origin is refused',
	(target) => {
		expect(refusal(check('GET', target))).toMatchObject({ status: 400, problem: { error: 'invalid_request' } });
	}
);

test.each(['5, 5', '5,5', '+5', '5x', ''])('a Content-Length of "%s" is refused', (length) => {
	const result = check('POST', '/api/backends/files/x', { 'content-length': length });
	expect(refusal(result)).toMatchObject({ status: 400, problem: { error: 'invalid_request' } });
});

test('a public file is found by its decoded path', () => {
	expect(check('GET', '/l%C3%B6go.svg?v=2')).toMatchObject({ response: { status: 200, body: svg } });
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s on a public file is not allowed', (method) => {
	expect(refusal(check(method, '/l%C3%B6go.svg'))).toMatchObject({
		status: 405,
		headers: { allow: 'GET, HEAD' },
		problem: { error: 'method_not_allowed' }
	});
});

test('a path that cannot be decoded is passed to the application', () => {
	expect(check('GET', '/%zz')).toMatchObject({ target: '/%zz' });
});

test.each(['TRACE', 'PROPFIND', 'get'])('the method %s is refused before it reaches the application', (method) => {
	expect(refusal(check(method, '/'))).toMatchObject({ status: 405 });
});

test('a body with a Content-Length above the limit is refused, with a request id', () => {
	const { status, problem } = refusal(check('POST', '/api/x', { 'content-length': '101' }));
	expect(status).toBe(413);
	expect(problem).toEqual({
		error: 'payload_too_large',
		message: 'The request body is too large.',
		requestId: expect.stringMatching(/^[\da-f]{12}$/)
	});
});

test('a body of exactly the limit is passed on', () => {
	expect(check('POST', '/api/x', { 'content-length': '100' })).toEqual({
		target: '/api/x',
		pathname: '/api/x',
		body: { limitBytes: 100, streams: false }
	});
});

test('the response of the Digital Credentials API may be up to 256 kB, at its exact path only', () => {
	const path = '/api/wallet/sessions/0123456789abcdef0123456789abcdef/dc-api';
	const large = { limitBytes: 262_144, streams: false };
	for (const target of [path, path.replace('wallet', 'w%61llet'), `${path}?a=b`]) {
		expect(check('POST', target, { 'content-length': '262144' })).toMatchObject({ body: large });
		expect(check('POST', target)).toMatchObject({ body: large });
		expect(refusal(check('POST', target, { 'content-length': '262145' }))).toMatchObject({ status: 413 });
	}
	expect(check('POST', path, { 'content-length': '100' })).toMatchObject({ body: { limitBytes: 100 } });
	for (const target of [`${path}/`, `${path}/x`, `/x${path}`, `${path}s`, path.replace('/dc-api', '/complete')])
		expect(check('POST', target)).toMatchObject({ body: { limitBytes: 100 } });
});

test.each([
	'/api/backends/files',
	'/api/backends/files/',
	'/%61pi/backends/fil%65s/a',
	'/api/backends/files/a?b=c',
	'/x/../api/backends/files/a'
])('a body for "%s" has the limit of that backend, and is streamed unless it is small', (target) => {
	expect(check('PUT', target, { 'content-length': '1000' })).toMatchObject({
		target,
		body: { limitBytes: 1000, streams: true }
	});
	expect(check('PUT', target)).toMatchObject({ body: { limitBytes: 1000, streams: true } });
	expect(check('PUT', target, { 'content-length': '100' })).toMatchObject({ body: { streams: false } });
	expect(refusal(check('PUT', target, { 'content-length': '1001' }))).toMatchObject({ status: 413 });
});

test.each([
	'/api/backends/filesystem/a',
	'/api/backends/',
	'/api/backends/files/../../auth',
	'/api/backends/files%2Fa',
	'/%2561pi/backends/files/a',
	'/api/backends/%zz',
	'/api/backends/files%zz/a'
])('a body for "%s" has the default limit', (target) => {
	expect(refusal(check('PUT', target, { 'content-length': '101' }))).toMatchObject({ status: 413 });
});

test.each([
	'portal.example',
	'portal.example:8443',
	'localhost:3000',
	'192.0.2.1',
	'[2001:db8::1]:3000',
	'auth_portal',
	'PORTAL.example.'
])('the host %s is valid, whether or not it is the portal', (host) => {
	expect(check('GET', '/account', { host })).toMatchObject({ target: '/account' });
});

test.each([
	'x/api/health?',
	'x/api/health#',
	'user@portal.example',
	'portal.example, portal.example',
	'portal.example,evil.example',
	'a b',
	'',
	':3000',
	'portal.example:port',
	'portal.example:123456',
	'[::1',
	'[portal]',
	'x\\y',
	'x%2fy',
	'pörtal.example',
	'x'.repeat(256)
])('the host "%s" is invalid and is refused', (host) => {
	expect(refusal(check('GET', '/account', { host }))).toMatchObject({
		status: 400,
		problem: { error: 'invalid_request' }
	});
});

test('a head of 16 kB is accepted, and one byte more is refused', () => {
	const arrival = { method: 'GET', target: '/', header: () => null, host: null };
	expect(checkRequest({ ...arrival, headBytes: 16_384 }, settings)).toMatchObject({ target: '/' });
	expect(refusal(checkRequest({ ...arrival, headBytes: 16_385 }, settings))).toMatchObject({
		status: 431,
		problem: { error: 'headers_too_large' }
	});
});

test.each([
	['/login', 'en', /<html lang="en">[^]*Your browser sends too many cookies/],
	['/account', 'nl', /<html lang="nl">[^]*Uw browser stuurt te veel cookies mee/]
])('a refused request for %s shows a self-contained page, in %s', (target, language, text) => {
	const header = (name: string) => ({ accept: 'text/html', 'accept-language': language })[name] ?? null;
	const result = checkRequest({ method: 'GET', target, header, host: null, headBytes: 20_000 }, settings);
	if (!('response' in result)) throw new Error('passed on');
	const { status, headers, body } = result.response;
	const html = new TextDecoder().decode(body ?? undefined);
	expect(status).toBe(431);
	expect(html).toMatch(text);
	expect(html).toContain(`<strong>${headers['x-request-id']}</strong>`);
	expect(html).not.toMatch(/<(?:link|script|img)/);
	const [, nonce] = /<style nonce="([\w-]+)">/.exec(html) ?? [];
	expect(headers['content-security-policy']).toContain(`style-src 'nonce-${nonce}'`);
});

test('the API responds to a browser with JSON, however the path is encoded', () => {
	for (const target of ['/api/me', '/%61pi/me']) {
		const result = checkRequest(
			{ method: 'TRACE', target, header: () => 'text/html', host: null, headBytes: 0 },
			settings
		);
		expect(refusal(result)).toMatchObject({ status: 405 });
	}
});

describe('a public file that cannot be read', () => {
	const checkFile = (code: string) => {
		const content = () => {
			throw Object.assign(new Error(code), { code });
		};
		const files = new Map([['/gone.js', { ...logo, content }]]);
		const head = { method: 'GET', target: '/gone.js', header: () => null, host: 'portal.example', headBytes: 100 };
		return checkRequest(head, { ...settings, files });
	};

	test('is left to the application if it was removed after the start', () => {
		expect(checkFile('ENOENT')).toMatchObject({ target: '/gone.js' });
	});

	test('causes an error for any other reason', () => {
		expect(() => checkFile('EACCES')).toThrow('EACCES');
	});
});
