import { describe, expect, test } from 'vitest';
import { configFaults, environment } from '../configured';

type Changes = Readonly<Record<string, string | undefined>>;

const HTTPS = 'https://portal.example.org';

/** Environments with a fault each. Every variable that the fault depends on is named, also if its value is the default. */
const faulty: readonly Changes[] = [
	{ AUTH_URL: undefined },
	{ AUTH_URL: 'nonsense' },
	{ AUTH_SECRET: undefined },
	{ AUTH_SECRET: 'short' },
	{ STS_ISSUER_URL: undefined },
	{ STS_ISSUER_URL: 'sts' },
	{ STS_CLIENT_ID: undefined },
	{ STS_CLIENT_AUTH: 'none' },
	{ STS_CLIENT_AUTH: 'client_secret_post', STS_CLIENT_SECRET: undefined },
	{ STS_CLIENT_AUTH: 'private_key_jwt', STS_CLIENT_KEY: undefined },
	{ STS_CLIENT_KEY: 'nonsense' },
	{ STS_CLIENT_SECRET: undefined, STS_CLIENT_SECRET_FILE: '/nowhere' },
	{ STS_SCOPE: 'profile' },
	{ SIGN_IN_METHODS: 'password' },
	{ SIGN_IN_METHODS: 'wallet', AUTH_BRIDGE_URL: undefined },
	{ AUTH_BRIDGE_URL: 'bridge' },
	{ AUTH_BRIDGE_CLIENT_ID: undefined, AUTH_BRIDGE_SCOPE: 'a' },
	{ AUTH_BRIDGE_CLIENT_ID: undefined, AUTH_BRIDGE_RESOURCE: 'bridge' },
	{ AUTH_BRIDGE_CLIENT_ID: undefined, AUTH_BRIDGE_CLIENT_SECRET_FILE: '/nowhere' },
	{ AUTH_BRIDGE_CLIENT_AUTH: 'none' },
	{
		AUTH_BRIDGE_CLIENT_ID: 'service',
		AUTH_BRIDGE_CLIENT_AUTH: 'client_secret_post',
		AUTH_BRIDGE_CLIENT_SECRET: undefined,
		STS_CLIENT_ID: 'portal-client',
		STS_CLIENT_AUTH: 'client_secret_post'
	},
	{ SESSION_TOKENS: 'all' },
	{ SESSION_TOKENS: 'store', REDIS_URL: undefined, DENO_KV: undefined, SESSION_FORMAT: '2' },
	{ SESSION_TOKENS: 'store', REDIS_URL: 'redis://valkey', SESSION_FORMAT: '1' },
	{ SESSION_TOKENS: 'store', REDIS_URL: undefined, DENO_KV: undefined, SESSION_FORMAT: '1' },
	{ SESSION_FORMAT: '3' },
	{ REDIS_URL: 'http://redis' },
	{ AUTH_URL: HTTPS, STS_ISSUER_URL: 'https://sts.example.org', CORS_DEV_ORIGINS: 'http://localhost:5173' },
	{ AUTH_URL: HTTPS, STS_ISSUER_URL: 'http://sts.example.org' },
	{ SECURITY_CONTACT: 'csirt@uni.example', SECURITY_EXPIRES: undefined },
	{ SECURITY_CONTACT: 'nobody', SECURITY_EXPIRES: undefined },
	{ SECURITY_CONTACT: undefined, SECURITY_EXPIRES: '2027-06-30' },
	{ SECURITY_CONTACT: undefined, SECURITY_POLICY_URL: 'nonsense' },
	{ API_AUDIENCE: undefined, ADMIN_CLIENT_IDS: 'admin' },
	{ API_AUDIENCE: environment.STS_CLIENT_ID, STS_CLIENT_ID: environment.STS_CLIENT_ID },
	{ METRICS_PORT: '3000', PORT: '3000' },
	{ PORT: 'x' },
	{ SESSION_IDLE_TIMEOUT: '86400', SESSION_MAX_AGE: '86400' },
	{ SESSION_MAX_AGE: '24h' },
	{ BRAND_COLOR: undefined, BRAND_TOKENS: '{"light": {"basis-color-default-color-document": "#ffffff"}}' },
	{ BRAND_COLOR: 'red' },
	{ BACKENDS: 'nonsense' },
	{ ACCESSIBILITY_STATEMENT: '{}' }
];

const namesOf = (changes: Changes) => Object.keys(changes).join('+');

describe('each fault of an environment is reported, whichever others there are', () => {
	test.each(faulty.map((changes) => [namesOf(changes), changes] as const))('%s', (_, changes) => {
		const faults = configFaults(changes);
		expect(faults).not.toEqual([]);
		for (const others of faulty.filter((one) => Object.keys(one).every((name) => !(name in changes)))) {
			const together = configFaults({ ...changes, ...others });
			expect(together, namesOf(others)).toEqual(expect.arrayContaining([...faults, ...configFaults(others)]));
		}
	});

	test('in an empty environment all required variables are', () => {
		const nothing = Object.fromEntries(Object.keys(environment).map((name) => [name, undefined]));
		expect(configFaults(nothing).map((fault) => fault.split(':')[0])).toEqual(
			expect.arrayContaining(Object.keys(environment))
		);
	});
});
