import { startBenchPortal } from './bench-portal.ts';
import { startEmptyApp } from './empty-app.ts';
import type { Measure } from './figure.ts';
import { comparePairs } from './load/compare.ts';
import { get } from './load/http-load.ts';
import { startProgram } from './program.ts';
import { signIn } from './signed-in.ts';

const CONNECTIONS = 32;
/** Ratios of throughput. The bare proxy is always on Node; the empty application is on the same runtime. */
const MIN_CALLS = { node: 0.75, deno: 1 };
const MIN_PAGES = { node: 0.95, deno: 0.8 };

/** Signed-in calls of a backend, compared with a bare proxy, and a page, compared with one of the empty application. */
export const measureCalls: Measure = async (runtime) => {
	const { portal, bridgeUrl, secret, stop } = await startBenchPortal(runtime);
	const bare = await startProgram('status/bare-proxy.mjs', { BENCH_UPSTREAM: bridgeUrl });
	const empty = await startEmptyApp(runtime);
	try {
		const people = await signIn(portal.url, secret, CONNECTIONS);
		const onAllConnections = (request: string) => people.map(() => request);
		const ours = people.map(({ headers }) => get('/api/backends/greetings/hello', headers));
		const calls = await comparePairs(
			{ port: portal.port, requests: ours },
			{ port: bare.port, requests: onAllConnections(get('/hello')) }
		);
		const pages = await comparePairs(
			{ port: portal.port, requests: onAllConnections(get('/')) },
			{ port: empty.port, requests: onAllConnections(get('/')) }
		);
		return [
			{ what: 'calls of a backend: portal', ...calls.ours, unit: '/s' },
			{ what: 'bare proxy on Node', ...calls.theirs, unit: '/s' },
			{ what: 'portal to bare proxy', ...calls.ratio, unit: '×', target: { atLeast: MIN_CALLS[runtime] } },
			{ what: 'pages: portal', ...pages.ours, unit: '/s' },
			{ what: 'pages: empty app', ...pages.theirs, unit: '/s' },
			{ what: 'portal to empty app', ...pages.ratio, unit: '×', target: { atLeast: MIN_PAGES[runtime] } }
		];
	} finally {
		await Promise.all([bare.stop(), empty.stop(), stop()]);
	}
};
