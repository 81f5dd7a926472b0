import { startBenchPortal } from './bench-portal.ts';
import type { Measure } from './figure.ts';
import { get, load } from './load/http-load.ts';
import { signIn } from './signed-in.ts';
import { spreadOf } from './statistics.ts';

const CONNECTIONS = 32;
const PAIRS = 5;
const SECONDS = 3;
const MIN_RATIO = 0.9;

/** Signed-in status reads with metrics and traces exported over OTLP, against the same without, in turns. */
export const measureTelemetry: Measure = async (runtime) => {
	const without = await startBenchPortal(runtime);
	// The fake Auth Bridge accepts every POST, so it also receives what is exported.
	const exporting = await startBenchPortal(runtime, { OTEL_EXPORTER_OTLP_ENDPOINT: `${without.bridgeUrl}/otlp` });
	try {
		const [off, on] = await Promise.all(
			[without, exporting].map(async ({ portal, secret }) => {
				const people = await signIn(portal.url, secret, CONNECTIONS);
				const requests = people.map(({ statusPath, headers }) => get(statusPath, headers));
				return (seconds: number) => load({ port: portal.port, requests, seconds });
			})
		);
		if (!off || !on) throw new Error('There are two portals.');
		for (const side of [off, on]) await side(SECONDS);
		const pairs: { on: number; off: number }[] = [];
		for (let pair = 0; pair < PAIRS; pair++)
			pairs.push({ off: (await off(SECONDS)).perSecond, on: (await on(SECONDS)).perSecond });
		return [
			{ what: 'status reads, telemetry off', ...spreadOf(pairs.map((pair) => pair.off)), unit: '/s' },
			{ what: 'status reads, telemetry on', ...spreadOf(pairs.map((pair) => pair.on)), unit: '/s' },
			{
				what: 'on to off',
				...spreadOf(pairs.map((pair) => pair.on / pair.off)),
				unit: '×',
				target: { atLeast: MIN_RATIO }
			}
		];
	} finally {
		await exporting.stop();
		await without.stop();
	}
};
