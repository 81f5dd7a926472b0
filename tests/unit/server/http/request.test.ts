import { describe, expect, test } from 'vitest';
import { decodedPath, expectsPage, hasAccessToken, isApi, routePath } from '$lib/server/http/request';
import { requestEvent } from '../../../harness/request-event';

const PAGE = 'text/html,application/xhtml+xml,*/*;q=0.8';
const at = (routeId: string | null, path = '/', headers: Record<string, string> = {}) =>
	requestEvent({ routeId, path, headers });

test.each([
	['/(public)', '/'],
	['/(member)/account', '/account'],
	['/(member)/api/backends/[name]/[...path]', '/api/backends/[name]/[...path]'],
	[null, null]
])('the route %s has the path %s', (routeId, path) => expect(routePath(at(routeId))).toBe(path));

describe('the API', () => {
	test.each([
		['/(member)/api/me', '/%61pi/me'],
		['/(member)/api/backends/[name]/[...path]', '/ap%69/backends/x/y'],
		[null, '/api'],
		[null, '/%61pi/nothing'],
		[null, '/api/%zz']
	])('includes the route %s at %s', (routeId, path) => expect(isApi(at(routeId, path))).toBe(true));

	test.each([
		['/(public)/login', '/api/../login'],
		['/(public)/apiary', '/apiary'],
		[null, '/apiary'],
		[null, '/%zz']
	])('does not include the route %s at %s', (routeId, path) => expect(isApi(at(routeId, path))).toBe(false));
});

test.each([
	['/%61pi/me', '/api/me'],
	['/%2561pi/me', '/%2561pi/me'],
	['/%25%36%31pi', '/%2561pi'],
	['/a%2fb', '/a%2fb'],
	['/%C0%AEapi', undefined],
	['/%', undefined]
])('the path %s is decoded to %s, as Kit decodes it', (pathname, decoded) =>
	expect(decodedPath(pathname)).toBe(decoded)
);

describe('an access token', () => {
	const withToken = (routeId: string, authorization: string) => hasAccessToken(at(routeId, '/x', { authorization }));

	test.each(['Bearer x', 'bearer x', 'DPoP x', 'Bearer'])('is recognized at the API in "%s"', (authorization) =>
		expect(withToken('/(member)/api/me', authorization)).toBe(true)
	);
	test.each(['Basic eDp5', 'Bearerx y', ''])('is not recognized in "%s"', (authorization) =>
		expect(withToken('/(member)/api/me', authorization)).toBe(false)
	);
	test.each([
		'/(public)',
		'/(member)/account',
		'/(public)/login/wallet',
		'/(public)/locale',
		'/(public)/api/auth/signin/[provider]',
		'/(public)/api/auth/signout',
		'/(public)/api/auth/callback/[provider]'
	])('is ignored at %s, a route only for browsers', (routeId) => expect(withToken(routeId, 'Bearer x')).toBe(false));
});

describe('a refusal', () => {
	test.each([
		['/(public)/locale', PAGE, true],
		['/(public)/login/start', PAGE, true],
		['/(public)/api/auth/signout', PAGE, true],
		['/(public)/api/wallet/sessions/[id]/idv/callback', PAGE, true],
		['/(member)/api/me', PAGE, false],
		['/(public)/locale', 'application/json', false],
		['/(public)/locale', '*/*', false]
	])('of %s, requested with Accept: %s, is a page: %s', (routeId, accept, isPage) =>
		expect(expectsPage(at(routeId, '/x', { accept }))).toBe(isPage)
	);
});
