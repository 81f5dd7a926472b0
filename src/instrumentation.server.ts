/**
 * Loaded before anything else of the application: by Kit, and in a build by the Node entry. Without an endpoint for
 * telemetry no SDK is loaded. Deno has its own telemetry, which `entry/deno/start.ts` enables.
 */
import process from 'node:process';

// White space counts as unset, as in the configuration.
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim() && !('Deno' in globalThis)) {
	const { startTelemetry } = await import('./entry/node/telemetry');
	startTelemetry();
}
