import process from 'node:process';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { onEnding } from '../../lib/server/ending';
import { withinLimit } from '../../lib/server/time-limit';

const DEFAULT_INTERVAL_MS = 60_000;
/** How long the end of the process may wait for the collector: it is not worth a restart that takes long. */
const SHUTDOWN_LIMIT_MS = 3000;

/**
 * Sends metrics and traces by OTLP over HTTP, as JSON. Endpoint, headers, sampling and batches are set by OpenTelemetry's own
 * variables, which its SDK reads. Nothing is instrumented by itself: only the portal's own counts and spans go out.
 */
export function startTelemetry(): void {
	const resource = defaultResource()
		.merge(resourceFromAttributes({ 'service.name': 'eduid-wallet-portal' }))
		.merge(detectResources({ detectors: [envDetector] }));
	const exportIntervalMillis = Number(process.env.OTEL_METRIC_EXPORT_INTERVAL) || DEFAULT_INTERVAL_MS;
	const reader = new PeriodicExportingMetricReader({
		exporter: new OTLPMetricExporter(),
		exportIntervalMillis,
		exportTimeoutMillis: Math.min(exportIntervalMillis, 10_000)
	});
	const meters = new MeterProvider({ resource, readers: [reader] });
	const tracers = new BasicTracerProvider({
		resource,
		spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())]
	});

	metrics.setGlobalMeterProvider(meters);
	trace.setGlobalTracerProvider(tracers);
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	// What has been counted since the last export would be lost with the process.
	const shutDown = () => Promise.all([meters.shutdown(), tracers.shutdown()]);
	onEnding({ finish: () => withinLimit(shutDown(), SHUTDOWN_LIMIT_MS) });
}
