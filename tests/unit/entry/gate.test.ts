import { expect, test } from 'vitest';
import { judge, type Verdict } from '../../../src/entry/gate';
import type { StaticFile } from '../../../src/entry/static-table';

const logo: StaticFile = {
	type: 'image/svg+xml',
	cacheControl: 'no-cache',
	digest: 'abc',
	content: new TextEncoder().encode('<svg/>')
};
const settings = {
	origin: 'https://portal.example',
	bodyLimitBytes: 100,
	backends: [{ name: 'files', maxRequestBytes: 1000 }],
	files: new Map([['/lögo.svg', logo]])
};

const arrive = (method: string, target: string, headers: Record<string, string> = {}) =>
	judge({ method, target, header: (name) => headers[name] ?? null }, settings);

function refusal(verdict: Verdict) {
	if (!('answer' in verdict)) throw new Error(`passed on as ${verdict.target}`);
	const { status, headers, body } = verdict.answer;
	const problem: unknown = JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()));
	return { status, headers, problem };
}

test.each([
	['/account?x=1', '/account?x=1'],
	['//evil.example/x', '//evil.example/x'],
	['http://evil.example/account?x=1', '/account?x=1']
])('a request for "%s" is passed on as "%s" of our own origin', (target, passedOn) => {
	expect(arrive('GET', target)).toMatchObject({ target: passedOn });
});

test.each(['x://y/', '.evil.example/', '@evil.example/', ':81/', '*', ''])(
	'a target "%s", which glued to our origin would name another host, is refused',
	(target) => {
		expect(refusal(arrive('GET', target))).toMatchObject({ status: 400, problem: { error: 'invalid_request' } });
	}
);

test('a public file is found by its decoded path', () => {
	expect(arrive('GET', '/l%C3%B6go.svg?v=2')).toMatchObject({ answer: { status: 200, body: logo.content } });
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s on a public file is not allowed', (method) => {
	expect(refusal(arrive(method, '/l%C3%B6go.svg'))).toMatchObject({
		status: 405,
		headers: { allow: 'GET, HEAD' },
		problem: { error: 'method_not_allowed' }
	});
});

test('a path that can not be decoded is left to the application', () => {
	expect(arrive('GET', '/%zz')).toMatchObject({ target: '/%zz' });
});

test.each(['TRACE', 'PROPFIND', 'get'])('the method %s is refused before the application', (method) => {
	expect(refusal(arrive(method, '/'))).toMatchObject({ status: 405 });
});

test('a body that announces more than the limit is refused, with an id to ask about', () => {
	const { status, problem } = refusal(arrive('POST', '/api/x', { 'content-length': '101' }));
	expect(status).toBe(413);
	expect(problem).toEqual({
		error: 'payload_too_large',
		message: 'The request body is too large.',
		requestId: expect.stringMatching(/^[\da-f-]{36}$/)
	});
});

test('a body of the limit is passed on', () => {
	expect(arrive('POST', '/api/x', { 'content-length': '100' })).toEqual({
		target: '/api/x',
		body: { limitBytes: 100, streams: false }
	});
});

test.each([
	'/api/backends/files',
	'/api/backends/files/',
	'/%61pi/backends/fil%65s/a',
	'/api/backends/files/a?b=c',
	'/x/../api/backends/files/a'
])('a body for "%s" has the limit of that service, and is passed on as it comes', (target) => {
	expect(arrive('PUT', target, { 'content-length': '1000' })).toEqual({
		target,
		body: { limitBytes: 1000, streams: true }
	});
	expect(refusal(arrive('PUT', target, { 'content-length': '1001' }))).toMatchObject({ status: 413 });
});

test.each([
	'/api/backends/filesystem/a',
	'/api/backends/',
	'/api/backends/files/../../auth',
	'/api/backends/files%2Fa',
	'/%2561pi/backends/files/a',
	'/api/backends/%zz',
	'/api/backends/files%zz/a'
])('a body for "%s" has the common limit', (target) => {
	expect(refusal(arrive('PUT', target, { 'content-length': '101' }))).toMatchObject({ status: 413 });
});
