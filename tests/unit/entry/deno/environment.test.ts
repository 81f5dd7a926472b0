import { expect, test } from 'vitest';
import { telemetryEnvironment } from '../../../../src/entry/deno/environment';

const telemetryUrl = 'http://collector:4318';

test('Deno’s telemetry is off without an endpoint, whatever the environment says', () => {
	expect(telemetryEnvironment({ telemetryUrl: undefined }, { OTEL_DENO: 'true' })).toEqual({ OTEL_DENO: 'false' });
});

test('telemetry is on with an endpoint, except for spans, which contain full URLs', () => {
	expect(telemetryEnvironment({ telemetryUrl }, {})).toMatchObject({ OTEL_DENO: 'true', OTEL_DENO_TRACING: 'false' });
});

test('an operator can enable spans and set the service name', () => {
	const given = { OTEL_DENO_TRACING: 'true', OTEL_SERVICE_NAME: 'portal-of-ours' };
	expect(telemetryEnvironment({ telemetryUrl }, given)).toEqual({ OTEL_DENO: 'true', ...given });
});

test('Deno’s exporter trusts the same private certificate authority as all other connections', () => {
	const certificateOf = (given: Record<string, string>) =>
		telemetryEnvironment({ telemetryUrl }, given).OTEL_EXPORTER_OTLP_CERTIFICATE;
	expect(certificateOf({})).toBeUndefined();
	expect(certificateOf({ NODE_EXTRA_CA_CERTS: '/a.pem' })).toBe('/a.pem');
	expect(certificateOf({ NODE_EXTRA_CA_CERTS: '/a.pem', DENO_CERT: '/b.pem' })).toBe('/b.pem');
	expect(certificateOf({ DENO_CERT: '/b.pem', OTEL_EXPORTER_OTLP_CERTIFICATE: '/c.pem' })).toBe('/c.pem');
});
