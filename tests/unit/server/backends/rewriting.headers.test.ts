import { describe, expect, test } from 'vitest';
import { responseHeaders, requestHeaders } from '$lib/server/backends/rewriting';

/** What a browser, a proxy or a program may send along, and no backend may get. */
const kept = [
	'authorization',
	'connection',
	'cookie',
	'dpop',
	'forwarded',
	'host',
	'origin',
	'proxy-authorization',
	'referer',
	'sec-fetch-site',
	'transfer-encoding',
	'user-agent',
	'x-forwarded-for',
	'x-request-id'
];
const passed = [
	'accept',
	'accept-language',
	'content-language',
	'idempotency-key',
	'if-match',
	'if-modified-since',
	'if-none-match',
	'if-range',
	'if-unmodified-since',
	'last-event-id',
	'prefer',
	'range'
];
const ofBody = ['content-encoding', 'content-length', 'content-type'];

describe('a request to a backend', () => {
	const caller = new Map([...kept, ...passed, ...ofBody].map((name) => [name, `of the caller: ${name}`]));
	const sent = (hasBody: boolean, authorization?: string) => {
		const headers = { get: (name: string) => caller.get(name) ?? null } as Headers;
		return requestHeaders(headers, hasBody, { authorization, requestId: 'r1', traceparent: undefined });
	};

	test.each([true, false])('has the allowed headers of its caller and no others (body: %s)', (hasBody) => {
		const own = ['accept-encoding', 'x-request-id'];
		const expected = [...passed, ...(hasBody ? ofBody : []), ...own];
		expect([...sent(hasBody).keys()]).toEqual(expected.sort());
	});

	test('has the portal’s token and request id, never the caller’s', () => {
		expect(sent(false).get('authorization')).toBeNull();
		expect(sent(false, 'Bearer a').get('authorization')).toBe('Bearer a');
		expect(sent(false).get('x-request-id')).toBe('r1');
	});
});

const ofBackend = {
	etag: '"1"',
	'content-encoding': 'gzip',
	'content-length': '20',
	'content-range': 'bytes 0-19/20',
	'content-type': 'application/json'
};
const namesOf = (status: number) => [...responseHeaders({ status, headers: new Headers(ofBackend) }, null).keys()];
const dispositionOf = (type: string) =>
	responseHeaders({ status: 200, headers: new Headers({ 'content-type': type }) }, null).get('content-disposition');

describe("a backend's response", () => {
	test.each([204, 205])('with status %i has no length, encoding or range, because it has no body', (status) => {
		expect(namesOf(status)).toEqual(['content-security-policy', 'content-type', 'etag']);
	});

	test.each([200, 206, 304, 404])('with status %i keeps the headers of its body', (status) => {
		expect(namesOf(status)).toEqual(expect.arrayContaining(Object.keys(ofBackend)));
	});

	test.each([
		'application/json',
		'application/problem+json; charset=utf-8',
		'image/png',
		'TEXT/PLAIN ;charset=utf-8',
		'audio/mpeg'
	])('of the type %s is shown', (type) => {
		expect(dispositionOf(type)).toBeNull();
	});

	test.each([
		'text/html',
		'image/svg+xml',
		'application/jsonx',
		'text/plain-html',
		'application/json, text/html',
		'text/plain; charset=utf-8, text/html',
		'image/png,image/svg+xml',
		'application/problem+json text/html',
		'image/',
		''
	])('of the type "%s" is downloaded', (type) => {
		expect(dispositionOf(type)).toBe('attachment');
	});
});
