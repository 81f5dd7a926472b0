import { environmentNames } from '../../lib/server/config/environment';
import type { Config } from '../../lib/server/config/parse';

/** Read by libraries of ours, here or there, for which a refusal would be an exception. */
export const libraryNames = ['DEBUG', 'NODE_ENV', 'NO_COLOR', 'FORCE_COLOR', 'JEST_WORKER_ID', 'UNDICI_NO_WASM_SIMD'];

/** The granted part of the configuration's variables. Reading one that isn't granted would throw. */
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

/** Every variable, where all are granted, as on Deno Deploy; else none: under the launcher, the launcher has seen them. */
export function readWholeEnvironment(): Record<string, string> {
	return Deno.permissions.querySync({ name: 'env' }).state === 'granted' ? Deno.env.toObject() : {};
}

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
