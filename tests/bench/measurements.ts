import type { Measure } from './figure.ts';

/** Every measurement by name, each loaded only when it is taken. */
export const measurements: Readonly<Record<string, () => Promise<Measure>>> = {
	sessions: async () => (await import('./sessions/measure.ts')).measureSessions,
	latency: async () => (await import('./latency.ts')).measureLatency,
	status: async () => (await import('./status/measure.ts')).measureStatus,
	streams: async () => (await import('./streams/measure.ts')).measureStreams,
	lcp: async () => (await import('./lcp.ts')).measureLcp,
	search: async () => (await import('./search.ts')).measureSearch,
	'sign-ins': async () => (await import('./sign-ins/measure.ts')).measureSignIns,
	telemetry: async () => (await import('./telemetry.ts')).measureTelemetry,
	'qr-code': async () => (await import('./qr-code.ts')).measureQrCode,
	calls: async () => (await import('./calls.ts')).measureCalls,
	'cold-start': async () => (await import('./cold-start.ts')).measureColdStart,
	memory: async () => (await import('./memory.ts')).measureMemory
};
