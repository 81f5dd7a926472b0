import { describe, expect, test } from 'vitest';
import { loginPath } from '$lib/server/auth/login-page';
import { pathToRetry, returnPath } from '$lib/server/http/return-path';

const OWN = 'https://portal.example.org';

describe('a return path', () => {
	test.each([
		['/account', '/account'],
		['/account?notice=unlinked#top', '/account?notice=unlinked#top'],
		['/', '/'],
		['account', '/account'],
		['?x=1', '/?x=1'],
		['/a/../b', '/b'],
		['/search?q=//host', '/search?q=//host'],
		['/search?next=https://evil.example', '/search?next=https://evil.example'],
		['/%2f%2fevil.example', '/%2f%2fevil.example'],
		['/é', '/%C3%A9'],
		['https://portal.example.org/account?x=1', '/account?x=1'],
		['https://portal.example.org', '/']
	])('on our origin, %s, becomes %s', (wanted, path) => expect(returnPath(wanted, OWN)).toBe(path));

	test.each([null, undefined, ''])('that is not set (%s) becomes the account page', (wanted) =>
		expect(returnPath(wanted, OWN)).toBe('/account')
	);

	test.each([
		'//evil.example',
		'///evil.example',
		'/\\evil.example',
		'\\\\evil.example',
		'/\\/evil.example',
		'/.//evil.example',
		'/..//evil.example',
		'/a/..//evil.example',
		'/%2e//evil.example',
		'.//evil.example',
		' //evil.example',
		'https://evil.example',
		'https:evil.example/..//x\\',
		'HTTPS://EVIL.EXAMPLE',
		'http://portal.example.org/account',
		'https://portal.example.org:8443/',
		'https://portal.example.org.evil.example/',
		'https://portal.example.org@evil.example/',
		'https://portal.example.org//evil.example',
		'javascript:alert(1)',
		'JaVaScRiPt:alert(1)',
		'data:text/html,x',
		'blob:https://portal.example.org/x',
		'mailto:someone@evil.example',
		'/\tevil',
		'/\n/evil.example',
		'java\nscript:alert(1)',
		'/a\u0000b',
		'/a\u007fb',
		'https://',
		'http://['
	])('that is invalid or on another origin, %j, becomes the front page', (wanted) =>
		expect(returnPath(wanted, OWN)).toBe('/')
	);

	test('stays on our origin when a browser follows it, for any input', () => {
		const parts = ['/', '\\', '.', '..', '//', ':', '@', '?', '#', '%2f', 'evil.example', 'https:', ' ', '\t', 'a'];
		const texts = parts.flatMap((one) =>
			parts.flatMap((two) => parts.flatMap((three) => parts.map((four) => one + two + three + four)))
		);
		const leaving = texts.filter((text) => new URL(returnPath(text, OWN), `${OWN}/login/wallet`).origin !== OWN);
		expect(leaving).toEqual([]);
	});
});

describe('a long return path', () => {
	const path = (characters: number) => `/help?${'x'.repeat(characters - 6)}`;

	test('is used up to 512 characters, and replaced by the account page above that', () => {
		expect(returnPath(path(512), OWN)).toBe(path(512));
		expect(returnPath(path(513), OWN)).toBe('/account');
		expect(returnPath(`//evil.example/${path(600)}`, OWN)).toBe('/account');
	});

	test('is measured after percent-encoding', () => {
		expect(returnPath(`/${'é'.repeat(100)}`, OWN)).toBe('/account');
	});

	test('is not included in the address of the login page', () => {
		expect(loginPath(path(513))).toBe('/login?returnTo=%2Faccount');
		expect(loginPath(path(512))).toContain('xxx');
	});
});

describe('the path to retry a refused request', () => {
	const retry = (address: string, method = 'GET', referer?: string) => {
		const headers = new Headers(referer === undefined ? {} : { referer });
		return pathToRetry({ request: new Request(OWN, { method, headers }), url: new URL(OWN + address) }, OWN);
	};

	test.each([
		['/account?notice=one', '/account?notice=one'],
		['/login/wallet?/start', '/login/wallet'],
		['//evil.example/x', '/'],
		['/locale', '/'],
		['/api/auth/signin/sts?x=1', '/'],
		['/api/auth/callback/sts?code=a&state=b', '/api/auth/callback/sts?code=a&state=b']
	])('of GET %s is %s', (address, path) => expect(retry(address, 'GET', `${OWN}/help`)).toBe(path));

	test.each([
		[`${OWN}/login?returnTo=%2Fhelp`, '/login?returnTo=%2Fhelp'],
		[`${OWN}/api/auth/signout`, '/'],
		['https://evil.example/login', '/'],
		[undefined, '/']
	])('of a form with the Referer %s is %s', (referer, path) =>
		expect(retry('/login/wallet?/start', 'POST', referer)).toBe(path)
	);
});
