import { afterEach, expect, test, vi } from 'vitest';

const { PeriodicExportingMetricReader } = vi.hoisted(() => ({ PeriodicExportingMetricReader: vi.fn() }));
vi.mock('@opentelemetry/sdk-metrics', () => ({ MeterProvider: vi.fn(), PeriodicExportingMetricReader }));

afterEach(() => {
	vi.unstubAllEnvs();
	vi.resetModules();
	PeriodicExportingMetricReader.mockClear();
});

test.each([
	['', 60_000, 10_000],
	[' 200 ', 200, 200]
])('OTEL_METRIC_EXPORT_INTERVAL=%j exports metrics every %i ms, each within %i ms', async (value, interval, limit) => {
	vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', value);
	const { startTelemetry } = await import('../../../../src/entry/node/telemetry');
	startTelemetry();
	expect(PeriodicExportingMetricReader).toHaveBeenCalledExactlyOnceWith(
		expect.objectContaining({ exportIntervalMillis: interval, exportTimeoutMillis: limit })
	);
});
