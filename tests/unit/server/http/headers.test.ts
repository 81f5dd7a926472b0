import { describe, expect, test } from 'vitest';
import {
	acceptsCoding,
	fixedHeaders,
	permissionsPolicy,
	withCookies,
	withDefaultHeaders,
	withFixedHeaders
} from '$lib/server/http/headers';

test.each([
	['gzip', true],
	['br;q=1, GZIP;q=0.8', true],
	['br,gzip ; q=0.001', true],
	[null, false],
	['', false],
	['br', false],
	['xgzip, gzipx', false],
	['gzip;q=0', false],
	['gzip ; q=0.000, br', false],
	[`gzip${' '.repeat(16_000)}x`, false]
])('"Accept-Encoding: %.40s" accepts gzip: %s', (header, expected) => {
	expect(acceptsCoding(header, 'gzip')).toBe(expected);
});

describe('headers added to a response', () => {
	test('are set on the response itself, without a copy', () => {
		const own = new Response('body', { headers: { 'x-own': '1' } });
		expect(withDefaultHeaders(own, { 'x-own': '2', 'x-more': '3' })).toBe(own);
		expect(withCookies(own, ['a=1', 'b=2'])).toBe(own);
		expect(Object.fromEntries(own.headers)).toMatchObject({ 'x-own': '1', 'x-more': '3' });
		expect(own.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
	});

	test('replace earlier cookies of the same name, and keep the others', () => {
		const own = withCookies(new Response(null), ['portal.a=1; Path=/', 'portal.ab=2; Path=/', 'portal.b=3']);
		expect(withCookies(own, ['portal.a=; Max-Age=0', 'portal.c=4']).headers.getSetCookie()).toEqual([
			'portal.ab=2; Path=/',
			'portal.b=3',
			'portal.a=; Max-Age=0',
			'portal.c=4'
		]);
	});

	test('are set on a copy if the headers of the response are immutable', () => {
		const own = Response.redirect('http://localhost:3000/there', 303);
		const changed = withCookies(withDefaultHeaders(own, { 'x-more': '3' }), ['a=1']);
		expect([changed.status, changed.headers.get('location')]).toEqual([303, 'http://localhost:3000/there']);
		expect([changed.headers.get('x-more'), changed.headers.getSetCookie()]).toEqual(['3', ['a=1']]);
		expect([...own.headers.keys()]).toEqual(['location']);
	});

	test('that are fixed replace those of the response, except policies', () => {
		const own = { 'content-security-policy': "script-src 'nonce-x'", 'permissions-policy': 'usb=(self)' };
		const headers = { ...own, 'x-frame-options': 'ALLOW' };
		const fixed = {
			'content-security-policy': "default-src 'none'",
			'permissions-policy': 'usb=()',
			'x-frame-options': 'DENY'
		};
		const changed = withFixedHeaders(new Response(null, { headers }), fixed);
		expect(Object.fromEntries(changed.headers)).toEqual({
			...fixed,
			...own
		});
		expect(Object.fromEntries(withFixedHeaders(new Response(null), fixed).headers)).toEqual(fixed);
	});

	test('cause a TypeError if a name or value is invalid', () => {
		expect(() => withDefaultHeaders(new Response(null), { 'not a name': 'x' })).toThrow(TypeError);
	});
});

test('the permissions policy of a page allows only the features that the page names', () => {
	const policy = permissionsPolicy(['digital-credentials-get']);
	expect(policy.split(', ').filter((directive) => !directive.endsWith('=()'))).toEqual([
		'digital-credentials-get=(self)'
	]);
	expect(fixedHeaders(true)['permissions-policy']).toContain('digital-credentials-get=()');
});
