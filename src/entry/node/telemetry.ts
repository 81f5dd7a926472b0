import process from 'node:process';
import { context, diag, type DiagLogger, DiagLogLevel, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import * as v from 'valibot';
import { Environment } from '../../lib/server/config/environment';
import { onShutdown } from '../../lib/server/runtime';
import { withinLimit } from '../../lib/server/clock';
import { version } from '../../lib/server/version';
import { hostOf } from '../../lib/server/error-fields';
import { log } from '../../lib/server/log';

/** How long a shutdown may wait for the collector. */
const SHUTDOWN_LIMIT_MS = 3000;

/** A collector that is down fails each export of metrics and of traces. */
const REPORT_EVERY_MS = 5 * 60_000;

/**
 * Exports metrics and traces by OTLP over HTTP, as JSON. OpenTelemetry's SDK reads its own variables for endpoint, headers, sampling and
 * batches. There is no automatic instrumentation: only the portal's own metrics and spans are exported.
 */
export function startTelemetry(): void {
	logExportFailures(process.env.OTEL_EXPORTER_OTLP_ENDPOINT);
	const resource = defaultResource()
		.merge(
			resourceFromAttributes({
				'service.name': 'eduid-wallet-portal',
				'service.version': version,
				'service.instance.id': crypto.randomUUID()
			})
		)
		// Last, so that an operator can replace each of them (OTEL_RESOURCE_ATTRIBUTES).
		.merge(detectResources({ detectors: [envDetector] }));
	// The configuration has been checked, except in development.
	const exportIntervalMillis = v.parse(
		Environment.entries.OTEL_METRIC_EXPORT_INTERVAL,
		process.env.OTEL_METRIC_EXPORT_INTERVAL?.trim() || undefined
	);
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
	// Metrics since the last export would be lost otherwise.
	const shutDown = () => Promise.all([meters.shutdown(), tracers.shutdown()]);
	onShutdown({ finish: () => withinLimit(shutDown(), SHUTDOWN_LIMIT_MS) });
}

/** Logs failed exports, which OpenTelemetry reports to its own logger only, at most once in five minutes. */
export function logExportFailures(endpoint: string | undefined, now: () => number = () => performance.now()): void {
	let reportedAtMs = -Infinity;

	function report(text: string): void {
		if (now() - reportedAtMs < REPORT_EVERY_MS) return;
		reportedAtMs = now();
		log.warn('telemetry cannot be exported', { host: hostOf(endpoint ?? ''), cause: causeIn(text) });
	}

	const ignore = () => {};
	const logger: DiagLogger = { error: report, warn: ignore, info: ignore, debug: ignore, verbose: ignore };
	diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
}

/** OpenTelemetry reports an error as JSON. Its other fields are its stack, and what the collector responded. */
function causeIn(text: string): string {
	try {
		const { message, code } = JSON.parse(text) as { readonly message?: unknown; readonly code?: unknown };
		const known = [code, message].filter((part) => typeof part === 'string' && part !== '');
		return known.length > 0 ? known.join(' ') : 'unknown';
	} catch {
		return text;
	}
}
