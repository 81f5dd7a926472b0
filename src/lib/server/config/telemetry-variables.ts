import * as v from 'valibot';
import { serviceUrl, wholeNumber } from './fields';

/** A longer timer of Node and browsers fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * OpenTelemetry's variables that the portal checks. Its SDK accepts any number: with a batch of 0 spans or a negative delay it would
 * send requests without a pause.
 */
export const telemetryEntries = {
	OTEL_EXPORTER_OTLP_ENDPOINT: v.optional(serviceUrl),
	OTEL_METRIC_EXPORT_INTERVAL: v.optional(wholeNumber(100, MAX_TIMER_MS), '60000'),
	OTEL_BSP_SCHEDULE_DELAY: v.optional(wholeNumber(0, MAX_TIMER_MS)),
	OTEL_BSP_EXPORT_TIMEOUT: v.optional(wholeNumber(1, MAX_TIMER_MS)),
	OTEL_BSP_MAX_QUEUE_SIZE: v.optional(wholeNumber(1, 1_000_000)),
	OTEL_BSP_MAX_EXPORT_BATCH_SIZE: v.optional(wholeNumber(1, 1_000_000))
};
