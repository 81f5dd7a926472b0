import { describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from '$lib/server/config/parse';
import { configFaults, environment } from '../configured';

const required = ['AUTH_URL', 'AUTH_SECRET', 'STS_ISSUER_URL', 'STS_CLIENT_ID', 'STS_CLIENT_SECRET', 'AUTH_BRIDGE_URL'];

describe('an invalid environment', () => {
	test.each(required)('is rejected without %s', (name) => {
		expect(configFaults({ [name]: undefined })).toEqual([
			expect.stringMatching(new RegExp(`^${name}: is missing; set it to `))
		]);
	});

	test.each(required)('is rejected with an empty %s, which counts as unset', (name) => {
		expect(configFaults({ [name]: '  ' })).toEqual([expect.stringMatching(new RegExp(`^${name}: is missing`))]);
	});

	test.each([
		['AUTH_URL', 'localhost:3000'],
		['AUTH_URL', 'ftp://portal.example.org'],
		['AUTH_URL', 'https://portal.example.org/portal'],
		['AUTH_URL', 'https://user:word@portal.example.org'],
		['AUTH_URL', 'https://portal.example.org?x=1'],
		['AUTH_SECRET', 'only-31-characters-long-xxxxxxx'],
		['AUTH_SECRET', 'the-newest-secret-of-this-portal-0123456789 short'],
		['AUTH_SECRET', ','],
		['AUTH_TRUST_HOST', 'yes'],
		['TRUSTED_HOPS', '0'],
		['TRUSTED_HOPS', '11'],
		['HOST', 'http://localhost'],
		['HOST', 'localhost:3000'],
		['HOST', '[::1]:3000'],
		['HOST', '[::1'],
		['HOST', 'localhost..'],
		['PORT', '65536'],
		['PORT', '-1'],
		['PORT', '3000.5'],
		['METRICS_PORT', '0'],
		['METRICS_PORT', '3000'],
		['METRICS_HOST', 'http://localhost'],
		['METRICS_HOST', 'a:b'],
		['STS_ISSUER_URL', 'sts'],
		['STS_ISSUER_URL', 'http://localhost:8092/#fragment'],
		['STS_INTERNAL_URL', 'sts:8080'],
		['STS_INTERNAL_URL', 'http://sts,other'],
		['STS_HOSTS', 'sts..example'],
		['STS_HOSTS', '[::1'],
		['STS_CLIENT_AUTH', 'none'],
		['STS_RESOURCE', 'services'],
		['STS_RESOURCE', 'https://services.example/#part'],
		['STS_AUDIENCE', 'two words'],
		['SIGN_IN_METHODS', 'wallet,password'],
		['SIGN_IN_METHODS', ','],
		['STS_SCOPE', 'profile email'],
		['STS_SCOPE', 'openid2 profile'],
		['STS_SCOPE', 'openid "profile"'],
		['STEP_UP_ACR', 'a"b'],
		['STEP_UP_ACR', 'x'.repeat(129)],
		['STEP_UP_MAX_AGE', '59'],
		['STEP_UP_MAX_AGE', '86401'],
		['STS_TIMEOUT_MS', '99'],
		['STS_TIMEOUT_MS', '10s'],
		['AUTH_BRIDGE_URL', '//auth-bridge'],
		['AUTH_BRIDGE_URL', 'http://auth-\nbridge'],
		['AUTH_BRIDGE_URL', 'http://*.example.org'],
		['AUTH_BRIDGE_TIMEOUT_MS', '0'],
		['WALLET_QUERY_ID', 'two queries'],
		['WALLET_QUERY_IDS', '["student", "staff"]'],
		['WALLET_QUERY_IDS', '?x"y'],
		['RATE_LIMIT_PER_BROWSER', '0'],
		['RATE_LIMIT_PER_ADDRESS', 'many'],
		['WALLET_READS_PER_SECOND', '0'],
		['CONNECTIONS', '0'],
		['REQUESTS_AT_ONCE', 'all'],
		['EVENT_STREAMS', 'unlimited'],
		['EVENT_STREAMS_PER_BROWSER', '0'],
		['SIGN_OUT_ID_TOKEN_HINT', 'maybe'],
		['SESSION_COOKIE_PERSISTENT', 'yes please'],
		['SESSION_MAX_AGE', '299'],
		['SESSION_MAX_AGE', '604801'],
		['SESSION_MAX_AGE', '24h'],
		['SESSION_IDLE_TIMEOUT', '299'],
		['SESSION_IDLE_TIMEOUT', '86400'],
		['CORS_DEV_ORIGINS', 'http://localhost:5173/'],
		['CORS_DEV_ORIGINS', '*'],
		['API_AUDIENCE', 'two audiences'],
		['API_AUDIENCE', environment.STS_CLIENT_ID],
		['RATE_LIMIT_PER_CALLER', '0'],
		['OTEL_METRIC_EXPORT_INTERVAL', '-1'],
		['OTEL_METRIC_EXPORT_INTERVAL', '1.5s'],
		['OTEL_METRIC_EXPORT_INTERVAL', '3000000000'],
		['OTEL_BSP_SCHEDULE_DELAY', '3000000000'],
		['OTEL_BSP_EXPORT_TIMEOUT', '0'],
		['OTEL_BSP_MAX_QUEUE_SIZE', '0'],
		['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '0'],
		['LOG_LEVEL', 'trace']
	])('with %s=%s results in one fault', (name, value) => {
		const faults = configFaults({ [name]: value });
		expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name}: (must|every|is missing)`))]);
	});

	test('reports all its faults at once', () => {
		const faults = configFaults({
			AUTH_URL: 'nonsense',
			AUTH_SECRET: 'short',
			STS_CLIENT_ID: '',
			PORT: 'x',
			LOG_LEVEL: 'x'
		});
		expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
			'AUTH_SECRET',
			'AUTH_URL',
			'LOG_LEVEL',
			'PORT',
			'STS_CLIENT_ID'
		]);
	});

	test('reports faults of two variables together along with the other faults', () => {
		const faults = configFaults({
			AUTH_URL: 'https://portal.example.org',
			STS_ISSUER_URL: 'http://sts.example.org',
			CORS_DEV_ORIGINS: 'http://localhost:5173',
			PORT: 'x'
		});
		expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(['CORS_DEV_ORIGINS', 'PORT', 'STS_ISSUER_URL']);
	});

	test('never repeats a value, which may be a secret', () => {
		const values = Object.fromEntries(
			[...required, 'STS_INTERNAL_URL', 'LOG_LEVEL', 'PORT', 'STS_SCOPE', 'CORS_DEV_ORIGINS'].map((name, index) => [
				name,
				`hush${index}`
			])
		);
		expect(() => parseConfig(values)).toThrow(ConfigError);
		expect(() => parseConfig(values)).not.toThrow(/hush/);
	});
});

describe('a valid environment', () => {
	test('needs no more than the required variables', () => {
		expect(configFaults({})).toEqual([]);
		expect(parseConfig(environment)).toMatchObject({
			origin: 'http://localhost:3000',
			secure: false,
			trustHost: false,
			listen: { port: 3000 },
			metrics: null,
			sts: {
				issuer: 'http://localhost:8092',
				internal: 'http://localhost:8092',
				clientAuth: 'client_secret_post',
				scope: 'openid profile email eduid offline_access',
				signOutIdTokenHint: false
			},
			corsDevOrigins: []
		});
	});

	test('from an existing installation starts the portal unchanged', () => {
		const config = parseConfig({
			STS_ISSUER_URL: 'http://localhost:8092',
			STS_INTERNAL_URL: 'http://sts:8080',
			STS_CLIENT_ID: 'portal-frontend',
			STS_CLIENT_SECRET: 'portal-frontend-secret',
			AUTH_BRIDGE_URL: 'http://auth-bridge:8090',
			NEXTAUTH_SECRET: 'a-secret-of-exactly-32-character',
			NEXTAUTH_URL: 'http://localhost:3000',
			AUTH_TRUST_HOST: 'true'
		});
		expect(config).toMatchObject({
			origin: 'http://localhost:3000',
			trustHost: true,
			secrets: ['a-secret-of-exactly-32-character'],
			sts: { issuer: 'http://localhost:8092', internal: 'http://sts:8080' },
			bridge: { url: 'http://auth-bridge:8090' }
		});
	});

	test('may use the older names, but the newer ones take precedence', () => {
		const older = { NEXTAUTH_URL: 'http://older:3000', NEXTAUTH_SECRET: 'an-older-secret-of-this-portal-0123456789' };
		expect(parseConfig({ ...environment, ...older })).toMatchObject({
			origin: 'http://localhost:3000',
			secrets: [environment.AUTH_SECRET]
		});
		expect(parseConfig({ ...environment, AUTH_URL: '', AUTH_SECRET: ' ', ...older })).toMatchObject({
			origin: 'http://older:3000',
			secrets: [older.NEXTAUTH_SECRET]
		});
	});

	test('lists the default wallet query first, and each query once', () => {
		const { wallet } = parseConfig({ ...environment, WALLET_QUERY_ID: 'student', WALLET_QUERY_IDS: 'staff student' });
		expect(wallet).toMatchObject({ defaultQueryId: 'student', queryIds: ['student', 'staff'] });
	});

	test('results in a deeply frozen configuration', () => {
		const config = parseConfig(environment);
		const parts: unknown[] = [config, config.sts, config.listen, config.secrets, config.wallet.queryIds];
		expect(parts.map((part) => Object.isFrozen(part))).toEqual([true, true, true, true, true]);
	});
});
