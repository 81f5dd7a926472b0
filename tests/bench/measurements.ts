import type { Measure } from './figure.ts';

/** Every measurement by name, each loaded only when it is taken. */
export const measurements: Readonly<Record<string, () => Promise<Measure>>> = {
	sessions: async () => (await import('./sessions/measure.ts')).measureSessions,
	latency: async () => (await import('./latency.ts')).measureLatency,
	status: async () => (await import('./status/measure.ts')).measureStatus
};
