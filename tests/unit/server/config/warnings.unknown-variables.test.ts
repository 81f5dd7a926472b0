import { expect, test } from 'vitest';
import { environmentNames } from '$lib/server/config/environment';
import { unknownVariables, unknownVariableText } from '$lib/server/config/warnings';

test.each([
	['AUTH_BRIDGE_URI', 'AUTH_BRIDGE_URL'],
	['STS_CLIENT_SECRETS', 'STS_CLIENT_SECRET'],
	['STS_ISSUER', 'STS_ISSUER_URL'],
	['RATE_LIMITS_PER_ADDRESS', 'RATE_LIMIT_PER_ADDRESS'],
	['NEXTAUTH_SECRETS', 'NEXTAUTH_SECRET'],
	// No known prefix, and still one letter away.
	['BACKEND', 'BACKENDS'],
	['BACKENDS_FILE', 'BACKENDS'],
	['STSCLIENT_SECRET', 'STS_CLIENT_SECRET'],
	['STSCLIENTSECRET', 'STS_CLIENT_SECRET'],
	['OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
	['auth_url', 'AUTH_URL'],
	['NODE_EXTRA_CA_CERT', 'NODE_EXTRA_CA_CERTS'],
	['AUTH_BRIDGE_PORT_URL', 'AUTH_BRIDGE_URL'],
	// SESSION_TOKENS and AUDIT_ADDRESS differ in fewer letters.
	['SESSION_IDLE', 'SESSION_IDLE_TIMEOUT'],
	['AUDIT_HASH', 'AUDIT_HASH_KEY'],
	// Several names begin like this one: the nearest is suggested.
	['STS_CLIENT', 'STS_CLIENT_ID'],
	['OTEL_EXPORTER_OTLP_ENDPONT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
	['OTEL_EXPORTER_OTLP_HEADER', 'OTEL_EXPORTER_OTLP_HEADERS'],
	// Kubernetes sets names with this ending for its services, but not with a number as value.
	['METRIC_PORT', 'METRICS_PORT'],
	['METRICS__PORT', 'METRICS_PORT']
])('%s is reported, with the suggestion %s', (name, nearest) => {
	expect(unknownVariables({ [name]: 'x' })).toEqual([{ name, nearest }]);
});

test('a known prefix is sufficient for a report, and no distant name is suggested', () => {
	expect(unknownVariables({ STS_SOMETHING_ELSE_ALTOGETHER: 'x' })).toEqual([
		{ name: 'STS_SOMETHING_ELSE_ALTOGETHER', nearest: null }
	]);
});

test.each([
	'REDIS_SERVICE_HOST',
	'REDIS_SERVICE_PORT',
	'AUTH_BRIDGE_SERVICE_PORT_HTTP',
	'AUTH_BRIDGE_PORT',
	'REDIS_PORT',
	'STS_PORT',
	'HTTPS_PORT',
	'DENO_PORT',
	'AUTH_BRIDGE_PORT_8090_TCP_ADDR',
	'OTEL_SERVICE_NAME',
	'OTEL_EXPORTER_OTLP_HEADERS',
	'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
	'OTEL_BSP_SCHEDULE_DELAY',
	'REQUESTS_CA_BUNDLE',
	'DENO_CERT',
	'DENO_DIR',
	'NODE_EXTRA_CA_CERTS',
	'PATH',
	'HOME',
	'LOG',
	'SHUTDOWN',
	'HOSTNAME'
])('%s is set by other software, and is not reported', (name) => {
	expect(unknownVariables({ [name]: 'x' })).toEqual([]);
});

test('a Kubernetes service link is not reported, however similar its name is to a known one', () => {
	expect(unknownVariables({ METRIC_PORT: 'tcp://10.96.0.12:9464' })).toEqual([]);
});

test('known variables are not reported, and an empty unknown one counts as unset', () => {
	expect(unknownVariables(Object.fromEntries(environmentNames.map((name) => [name, 'x'])))).toEqual([]);
	expect(unknownVariables({ AUTH_BRIDGE_URI: ' ', STS_ISSUER: undefined })).toEqual([]);
});

test('the message for the operator contains the name and never the value', () => {
	const [unknown] = unknownVariables({ AUTH_BRIDGE_CLIENT_SECRETS: 'a-secret-value' });
	expect(unknown && unknownVariableText(unknown)).toBe(
		'The variable AUTH_BRIDGE_CLIENT_SECRETS is not known to the portal and has no effect. Did you mean AUTH_BRIDGE_CLIENT_SECRET?'
	);
});
