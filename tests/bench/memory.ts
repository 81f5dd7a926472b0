import { residentBytes } from '../harness/resident-memory.ts';
import { startBenchPortal } from './bench-portal.ts';
import { startEmptyApp } from './empty-app.ts';
import type { Measure } from './figure.ts';
import { get, load } from './load/http-load.ts';
import { signIn } from './signed-in.ts';

const REQUESTS = 100_000;
const CONNECTIONS = 32;
const MEGABYTE = 1024 ** 2;

/** Resident memory after 100,000 requests: signed-in status reads, compared with JSON from the empty application. */
export const measureMemory: Measure = async (runtime) => {
	const { portal, secret, stop } = await startBenchPortal(runtime);
	const empty = await startEmptyApp(runtime);
	try {
		const people = await signIn(portal.url, secret, CONNECTIONS);
		const requests = people.map(({ statusPath, headers }) => get(statusPath, headers));
		await load({ port: portal.port, requests, total: REQUESTS });
		await load({ port: empty.port, requests: requests.map(() => get('/status')), total: REQUESTS });
		const [ours, theirs] = [residentBytes(portal.pid) / MEGABYTE, residentBytes(empty.pid) / MEGABYTE];
		return [
			{ what: `after ${REQUESTS} requests: portal`, value: ours, unit: 'MB' },
			{ what: `after ${REQUESTS} requests: empty app`, value: theirs, unit: 'MB' },
			{ what: 'portal to empty app', value: ours / theirs, unit: '×', target: { atMost: 1.3 } }
		];
	} finally {
		await empty.stop();
		await stop();
	}
};
