import { startBenchPortal } from './bench-portal.ts';
import { startEmptyApp } from './empty-app.ts';
import type { Measure } from './figure.ts';
import { compare } from './load/compare.ts';
import { get } from './load/http-load.ts';
import { startProgram } from './program.ts';
import { signIn } from './signed-in.ts';

const CONNECTIONS = 32;
const ROUNDS = 3;

/** A signed-in call of an institution's own service, against a bare proxy; and a page, against one of the least SvelteKit application. */
export const measureCalls: Measure = async (runtime) => {
	const { portal, bridgeUrl, secret, stop } = await startBenchPortal(runtime);
	const bare = await startProgram('status/bare-proxy.mjs', { BENCH_UPSTREAM: bridgeUrl });
	const empty = await startEmptyApp(runtime);
	try {
		const people = await signIn(portal.url, secret, CONNECTIONS);
		const everyone = (request: string) => people.map(() => request);
		const seen = await compare(
			{
				call: {
					port: portal.port,
					requests: people.map(({ headers }) => get('/api/backends/greetings/hello', headers))
				},
				bareCall: { port: bare.port, requests: everyone(get('/hello')) },
				page: { port: portal.port, requests: everyone(get('/')) },
				emptyPage: { port: empty.port, requests: everyone(get('/')) }
			},
			ROUNDS
		);
		return [
			{ what: 'calls of a service: portal', value: seen.call.perSecond, unit: '/s' },
			{ what: 'bare proxy on Node', value: seen.bareCall.perSecond, unit: '/s' },
			{ what: 'portal to bare proxy', value: seen.call.perSecond / seen.bareCall.perSecond, unit: '×' },
			{ what: 'pages: portal', value: seen.page.perSecond, unit: '/s' },
			{ what: 'pages: empty app', value: seen.emptyPage.perSecond, unit: '/s' },
			{ what: 'portal to empty app', value: seen.page.perSecond / seen.emptyPage.perSecond, unit: '×' }
		];
	} finally {
		await Promise.all([bare.stop(), empty.stop(), stop()]);
	}
};
