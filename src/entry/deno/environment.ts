import { environmentNames } from '../../lib/server/config/environment';
import type { Config } from '../../lib/server/config/parse';

/** Variables that dependencies read: Deno throws an exception if they are not granted. */
export const libraryNames = ['DEBUG', 'NODE_ENV', 'NO_COLOR', 'FORCE_COLOR', 'JEST_WORKER_ID', 'UNDICI_NO_WASM_SIMD'];

/** The granted variables of the configuration. Reading another one would throw an exception. */
export function readGrantedEnvironment(): Record<string, string> {
	const granted = environmentNames.filter(
		(variable) => Deno.permissions.querySync({ name: 'env', variable }).state === 'granted'
	);
	return Object.fromEntries(
		granted.flatMap((name) => {
			const value = Deno.env.get(name);
			return value === undefined ? [] : [[name, value] as const];
		})
	);
}

/** All variables if all are granted, as on Deno Deploy; none under the launcher, which checks them itself. */
export function readWholeEnvironment(): Record<string, string> {
	return Deno.permissions.querySync({ name: 'env' }).state === 'granted' ? Deno.env.toObject() : {};
}

/**
 * Variables for the server's process in addition to the launcher's environment. Deno's telemetry is on if there is an endpoint. Its spans
 * contain complete URLs, including `code` and `state` of sign-ins, so they are off by default.
 */
export function telemetryEnvironment(
	{ telemetryUrl }: Pick<Config, 'telemetryUrl'>,
	given: Readonly<Record<string, string>>
): Record<string, string> {
	if (telemetryUrl === undefined) return { OTEL_DENO: 'false' };
	// Deno's exporter does not read DENO_CERT and NODE_EXTRA_CA_CERTS.
	const authorities = given.OTEL_EXPORTER_OTLP_CERTIFICATE || given.DENO_CERT || given.NODE_EXTRA_CA_CERTS;
	return {
		OTEL_DENO: 'true',
		OTEL_DENO_TRACING: given.OTEL_DENO_TRACING || 'false',
		OTEL_SERVICE_NAME: given.OTEL_SERVICE_NAME || 'eduid-wallet-portal',
		...(authorities && { OTEL_EXPORTER_OTLP_CERTIFICATE: authorities })
	};
}
