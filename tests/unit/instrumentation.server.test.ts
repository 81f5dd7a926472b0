import { afterEach, expect, test, vi } from 'vitest';

const { startTelemetry } = vi.hoisted(() => ({ startTelemetry: vi.fn() }));
vi.mock('../../src/entry/node/telemetry', () => ({ startTelemetry }));

afterEach(() => {
	vi.unstubAllEnvs();
	vi.resetModules();
	startTelemetry.mockClear();
});

test.each([
	['', 0],
	['  ', 0],
	['http://collector:4318', 1]
])('OTEL_EXPORTER_OTLP_ENDPOINT=%j starts telemetry %i times', async (endpoint, times) => {
	vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
	await import('../../src/instrumentation.server');
	expect(startTelemetry).toHaveBeenCalledTimes(times);
});
