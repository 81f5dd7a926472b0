import { type BenchPortal, startBenchPortal } from './bench-portal.ts';
import type { Measure } from './figure.ts';
import { comparePairs } from './load/compare.ts';
import { get, type Load } from './load/http-load.ts';
import { signIn } from './signed-in.ts';

const CONNECTIONS = 32;
const MIN_RATIO = 0.9;

/** Signed-in status reads with metrics and traces exported over OTLP, compared with the same reads without them, in turns. */
export const measureTelemetry: Measure = async (runtime) => {
	const without = await startBenchPortal(runtime);
	// The fake Auth Bridge accepts every POST, so it also receives the exported data.
	const exporting = await startBenchPortal(runtime, { OTEL_EXPORTER_OTLP_ENDPOINT: `${without.bridgeUrl}/otlp` });
	try {
		const { ours, theirs, ratio } = await comparePairs(await statusReads(exporting), await statusReads(without));
		return [
			{ what: 'status reads, telemetry on', ...ours, unit: '/s' },
			{ what: 'status reads, telemetry off', ...theirs, unit: '/s' },
			{ what: 'on to off', ...ratio, unit: '×', target: { atLeast: MIN_RATIO } }
		];
	} finally {
		await exporting.stop();
		await without.stop();
	}
};

async function statusReads({ portal, secret }: BenchPortal): Promise<Load> {
	const people = await signIn(portal.url, secret, CONNECTIONS);
	return { port: portal.port, requests: people.map(({ statusPath, headers }) => get(statusPath, headers)) };
}
