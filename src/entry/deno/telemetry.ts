import type { Config } from '../../lib/server/config/parse';

/**
 * What the portal's own process gets beside the launcher's environment: Deno's telemetry is switched on where there is somewhere
 * to send it. Its spans would carry whole addresses, a sign-in's code and state included, so they are off unless asked for.
 */
export function telemetryEnvironment(
	{ telemetryUrl }: Pick<Config, 'telemetryUrl'>,
	given: Readonly<Record<string, string>>
): Record<string, string> {
	if (telemetryUrl === undefined) return { OTEL_DENO: 'false' };
	// Deno's exporter does not read the variables that all other connections follow.
	const authorities = given.OTEL_EXPORTER_OTLP_CERTIFICATE || given.DENO_CERT || given.NODE_EXTRA_CA_CERTS;
	return {
		OTEL_DENO: 'true',
		OTEL_DENO_TRACING: given.OTEL_DENO_TRACING || 'false',
		OTEL_SERVICE_NAME: given.OTEL_SERVICE_NAME || 'eduid-wallet-portal',
		...(authorities && { OTEL_EXPORTER_OTLP_CERTIFICATE: authorities })
	};
}
