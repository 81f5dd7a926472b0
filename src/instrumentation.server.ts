/**
 * Kit loads this before anything else of the application; the Node entry does, in a build. Where nobody listens for
 * telemetry, no SDK is loaded. Deno has its own, which `entry/deno/start.ts` switches on.
 */
import process from 'node:process';

if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT && !('Deno' in globalThis)) {
	const { startTelemetry } = await import('./entry/node/telemetry');
	startTelemetry();
}
