import { describe, expect, test } from 'vitest';
import { endpointsOf } from '../../../../src/entry/deno/permissions';

const sts = { issuer: 'https://sts.example/realms/edu', internal: 'http://sts:8080/realms/edu' };
const { issuer } = sts;

describe('endpoints in a discovery document', () => {
	test('are limited to those that the portal calls, with their internal URLs', () => {
		const metadata = {
			issuer,
			token_endpoint: `${issuer}/token`,
			jwks_uri: 'https://keys.example/jwks',
			pushed_authorization_request_endpoint: 'https://par.example:8443/par',
			revocation_endpoint: 'http://revoke.example/revoke',
			userinfo_endpoint: 'https://userinfo.example/me',
			authorization_endpoint: 'https://browsers.example/authorize',
			end_session_endpoint: 'https://browsers.example/end',
			check_session_iframe: 'https://other.example/'
		};
		expect(endpointsOf(metadata, sts)).toEqual([
			'http://sts:8080/realms/edu/token',
			'https://keys.example/jwks',
			'https://par.example:8443/par',
			'http://revoke.example/revoke',
			'https://userinfo.example/me'
		]);
	});

	test('may have whitespace around them', () => {
		expect(endpointsOf({ issuer, jwks_uri: ` ${issuer}/jwks\n` }, sts)).toEqual(['http://sts:8080/realms/edu/jwks']);
	});

	test.each([
		'ftp://files.example/',
		'file:///etc/passwd',
		'redis://redis:6379',
		'javascript:alert(1)',
		'/token',
		'',
		7,
		null
	])('must be http or https URLs: %j is ignored', (value) =>
		expect(endpointsOf({ issuer, token_endpoint: value }, sts)).toEqual([])
	);

	test.each([
		'https://*/token',
		'https://*.example/token',
		'https://a.example,b.example/token',
		'https://a..example/token'
	])('must name a host that Deno accepts in a permission: %s is ignored', (value) =>
		expect(endpointsOf({ issuer, token_endpoint: value }, sts)).toEqual([])
	);

	test('may have an issuer that is the same URL without a path, with or without a slash', () => {
		const [plain, slash] = ['https://sts.example', 'https://sts.example/'];
		for (const [named, configured] of [
			[plain, slash],
			[slash, plain]
		] as const)
			expect(
				endpointsOf(
					{ issuer: named, jwks_uri: 'https://keys.example/jwks' },
					{ issuer: configured, internal: configured }
				)
			).toEqual(['https://keys.example/jwks']);
		expect(() => endpointsOf({ issuer: `${issuer}/` }, sts)).toThrow('another issuer');
	});

	test.each([null, 'text', 7, {}, { issuer: 'https://other.example', token_endpoint: 'https://other.example/token' }])(
		'are rejected if the document is %j',
		(metadata) => expect(() => endpointsOf(metadata, sts)).toThrow()
	);
});
