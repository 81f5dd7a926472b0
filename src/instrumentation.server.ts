/**
 * Loaded before anything else of the application: by Kit, and in a build by the Node entry. Without an endpoint for
 * telemetry no SDK is loaded. Deno has its own telemetry, which `entry/deno/start.ts` enables.
 */
import process from 'node:process';

if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT && !('Deno' in globalThis)) {
	const { startTelemetry } = await import('./entry/node/telemetry');
	startTelemetry();
}
