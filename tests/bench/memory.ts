import { residentBytes } from '../harness/resident-memory.ts';
import { startBenchPortal } from './bench-portal.ts';
import { startEmptyApp } from './empty-app.ts';
import type { Measure } from './figure.ts';
import { get, load } from './load/http-load.ts';
import { signIn } from './signed-in.ts';
import { median } from './statistics.ts';

const REQUESTS = 100_000;
const SAMPLES = 10;
const CONNECTIONS = 32;
const MEGABYTE = 1024 ** 2;

/**
 * Resident memory during 100,000 requests: signed-in status reads, compared with JSON from the empty application. The median of ten samples,
 * because memory falls at each full garbage collection and rises until the next one.
 */
export const measureMemory: Measure = async (runtime) => {
	const { portal, secret, stop } = await startBenchPortal(runtime);
	const empty = await startEmptyApp(runtime);
	try {
		const people = await signIn(portal.url, secret, CONNECTIONS);
		const requests = people.map(({ statusPath, headers }) => get(statusPath, headers));
		const samples: { ours: number; theirs: number }[] = [];
		for (let round = 0; round < SAMPLES; round++) {
			await load({ port: portal.port, requests, total: REQUESTS / SAMPLES });
			await load({ port: empty.port, requests: requests.map(() => get('/status')), total: REQUESTS / SAMPLES });
			samples.push({ ours: residentBytes(portal.pid) / MEGABYTE, theirs: residentBytes(empty.pid) / MEGABYTE });
		}
		const ours = median(samples.map((sample) => sample.ours));
		const theirs = median(samples.map((sample) => sample.theirs));
		return [
			{ what: `during ${REQUESTS} requests: portal`, value: ours, unit: 'MB' },
			{ what: `during ${REQUESTS} requests: empty app`, value: theirs, unit: 'MB' },
			{ what: 'portal to empty app', value: ours / theirs, unit: '×', target: { atMost: 1.3 } }
		];
	} finally {
		await empty.stop();
		await stop();
	}
};
