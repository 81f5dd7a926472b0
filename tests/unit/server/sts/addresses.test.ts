import { describe, expect, test } from 'vitest';
import { internalUrl, isSameIssuer, publicUrl } from '$lib/server/sts/addresses';

const field = { issuer: 'http://localhost:8092', internal: 'http://sts:8080' };
const keycloak = { issuer: 'https://id.example.org/realms/edu', internal: 'http://keycloak:8080/realms/edu' };
const slashed = { issuer: 'https://id.example.org/', internal: 'http://sts:8080' };

describe('the server-to-server address', () => {
	test.each([
		['http://localhost:8092/token', field, 'http://sts:8080/token'],
		['http://localhost:8092', field, 'http://sts:8080'],
		['http://localhost:8092?x=1', field, 'http://sts:8080?x=1'],
		['https://id.example.org/realms/edu/protocol/token', keycloak, 'http://keycloak:8080/realms/edu/protocol/token'],
		[
			'https://id.example.org/.well-known/openid-configuration',
			slashed,
			'http://sts:8080/.well-known/openid-configuration'
		]
	])('of %s starts with the internal address in place of the issuer', (url, sts, swapped) =>
		expect(internalUrl(url, sts)).toBe(swapped)
	);

	test.each([
		['http://localhost:80921/token', field],
		['http://localhost:8092.evil.example/token', field],
		['http://localhost:8092@evil.example/', field],
		['https://id.example.org/realms/education/token', keycloak],
		['https://id.example.org/realms/other/token', keycloak],
		['https://keys.example.net/jwks', keycloak],
		['https://evil.example/?u=http://localhost:8092/token', field]
	])('of %s, which is not below the issuer, is unchanged', (url, sts) => expect(internalUrl(url, sts)).toBe(url));
});

describe('the address for a browser', () => {
	test.each([
		['http://sts:8080/authorize?x=1', field, 'http://localhost:8092/authorize?x=1'],
		['http://localhost:8092/authorize', field, 'http://localhost:8092/authorize'],
		['http://keycloak:8080/realms/edu/logout', keycloak, 'https://id.example.org/realms/edu/logout'],
		['http://sts:8080/authorize', slashed, 'https://id.example.org/authorize']
	])('of %s is public', (url, sts, swapped) => expect(publicUrl(url, sts)).toBe(swapped));
});

test('an STS with one address keeps it', () => {
	const one = { issuer: 'https://sts.example.org', internal: 'https://sts.example.org' };
	expect(internalUrl('https://sts.example.org/token', one)).toBe('https://sts.example.org/token');
	expect(publicUrl('https://sts.example.org/token', one)).toBe('https://sts.example.org/token');
});

describe('an issuer from outside', () => {
	test.each([
		['https://sts.example', 'https://sts.example/'],
		['https://sts.example/', 'https://sts.example'],
		['https://STS.example:443', 'https://sts.example'],
		['https://sts.example/realms/edu', 'https://sts.example/realms/edu']
	])('%s is the configured issuer %s', (text, issuer) => expect(isSameIssuer(text, issuer)).toBe(true));

	test.each([
		['https://sts.example/realms/edu/', 'https://sts.example/realms/edu'],
		['https://sts.example', 'http://sts.example'],
		['sts.example', 'https://sts.example'],
		[undefined, 'https://sts.example']
	])('%s is not the configured issuer %s', (text, issuer) => expect(isSameIssuer(text, issuer)).toBe(false));
});
