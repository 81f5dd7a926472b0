import { describe, expect, test } from 'vitest';
import { parseConfig } from '$lib/server/config/parse';
import { configFaults, environment } from '../configured';

describe('a valid environment', () => {
	test.each([
		['http://localhost:3000/', 'http://localhost:3000'],
		['http://localhost:3000/api/auth', 'http://localhost:3000'],
		['https://portal.example.org/api/auth/', 'https://portal.example.org'],
		['https://portal.example.org:443', 'https://portal.example.org']
	])('with AUTH_URL=%s uses the origin only', (url, origin) => {
		expect(parseConfig({ ...environment, AUTH_URL: url, STS_ISSUER_URL: 'https://sts.example.org' }).origin).toBe(
			origin
		);
	});

	test('can list several secrets, newest first', () => {
		const secrets = ['the-newest', 'an-older', 'the-oldest'].map((which) => `${which}-secret-of-this-portal-4711`);
		expect(parseConfig({ ...environment, AUTH_SECRET: `${secrets.join(' ')}\n` }).secrets).toEqual(secrets);
	});

	test('keeps a comma in a secret', () => {
		const secret = 'a-secret-with-a-comma,of-this-portal-4711';
		expect(parseConfig({ ...environment, AUTH_SECRET: secret }).secrets).toEqual([secret]);
	});

	test('keeps the issuer unchanged, and other URLs without a trailing slash', () => {
		const { sts, bridge } = parseConfig({
			...environment,
			STS_ISSUER_URL: 'http://localhost:8080/realms/x/',
			STS_INTERNAL_URL: 'http://sts:8080/realms/x/',
			AUTH_BRIDGE_URL: 'http://bridge:8090/'
		});
		expect(sts).toMatchObject({ issuer: 'http://localhost:8080/realms/x/', internal: 'http://sts:8080/realms/x' });
		expect(bridge.url).toBe('http://bridge:8090');
	});

	test('may write the scheme of a service in capitals, and uses it in lower case', () => {
		const { sts, bridge } = parseConfig({
			...environment,
			AUTH_URL: 'HTTPS://portal.example.org',
			STS_ISSUER_URL: 'HTTPS://sts.example.org/Realm',
			AUTH_BRIDGE_URL: 'Http://bridge'
		});
		expect([sts.issuer, bridge.url]).toEqual(['https://sts.example.org/Realm', 'http://bridge']);
	});

	test.each(['http://localhost:8092', 'http://127.0.0.1:8092', 'http://sts.localhost:8092', 'https://sts.example.org'])(
		'under https may name the STS %s',
		(issuer) => {
			expect(configFaults({ AUTH_URL: 'https://portal.example.org', STS_ISSUER_URL: issuer })).toEqual([]);
		}
	);

	test.each(['0.0.0.0', 'localhost', 'portal_1.internal.', '::1', '[::1]', '::ffff:127.0.0.1'])(
		'may listen on %s',
		(host) => expect(parseConfig({ ...environment, HOST: host }).listen.host).toBe(host)
	);

	test('under plain http may name exact origins of separate front-end servers', () => {
		const origins = ['http://localhost:5173', 'http://127.0.0.1:5173'];
		expect(parseConfig({ ...environment, CORS_DEV_ORIGINS: origins.join(', ') }).corsDevOrigins).toEqual(origins);
	});

	test('separates scopes by any white space, and requests them with a space between', () => {
		const scopes = {
			STS_SCOPE: 'openid  profile\n\temail',
			AUTH_BRIDGE_CLIENT_ID: 'c',
			AUTH_BRIDGE_CLIENT_SECRET: 's'
		};
		const { sts, service } = parseConfig({ ...environment, ...scopes, AUTH_BRIDGE_SCOPE: 'one  two' });
		expect([sts.scope, service.bridge?.scope]).toEqual(['openid profile email', 'one two']);
	});
});

test.each([
	[{ AUTH_URL: '', NEXTAUTH_URL: 'portal' }, 'NEXTAUTH_URL'],
	[{ AUTH_SECRET: '', NEXTAUTH_SECRET: 'short' }, 'NEXTAUTH_SECRET'],
	[{ https_proxy: 'socks5://proxy' }, 'https_proxy'],
	[{ HTTPS_PROXY: 'socks5://proxy' }, 'HTTPS_PROXY'],
	[{ AUTH_URL: 'portal', NEXTAUTH_URL: 'http://localhost' }, 'AUTH_URL'],
	[{ AUTH_SECRET: '' }, 'AUTH_SECRET']
])('a fault of %j has the name that the operator has set: %s', (changes, name) => {
	expect(configFaults(changes)).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
});

const STATEMENT = { organisation: 'Noord', status: 'C', date: '2026-11-22' };

test.each([
	['BACKENDS', { a: { url: 'https://a.example', token: 'none', acr: [] } }],
	['BACKENDS', { a: { url: 'https://a.example', token: 'none', acr: [5] } }],
	['BACKENDS', { a: { url: 5, token: 'none' } }],
	['ACCESSIBILITY_STATEMENT', { ...STATEMENT, registerUrl: 5 }],
	['ACCESSIBILITY_STATEMENT', { ...STATEMENT, contact: { email: 5 } }],
	['ACCESSIBILITY_STATEMENT', { ...STATEMENT, contact: { phone: 5 } }],
	['ACCESSIBILITY_STATEMENT', { ...STATEMENT, reports: [{ title: 'a', url: 5, date: '2026-11-22' }] }]
])('%s=%j is refused in the words of the portal', (name, value) => {
	expect(configFaults({ [name]: JSON.stringify(value) })).toEqual([expect.stringMatching(/: must /)]);
});
