import { encode } from '@auth/core/jwt';
import { startBenchPortal } from '../bench-portal.ts';
import type { Measure } from '../figure.ts';
import { compare } from '../load/compare.ts';
import { get } from '../load/http-load.ts';
import { startProgram } from '../program.ts';
import { median, spreadOf } from '../statistics.ts';
import { realisticSession } from '../sessions/realistic-session.ts';
import { signIn } from '../signed-in.ts';

const CONNECTIONS = 32;
/** Ratio of throughput to the bare proxy, which is always on Node. */
const MIN_RATIO = { node: 1, deno: 1.5 };

/**
 * Signed-in status reads through the portal, over 32 connections with one session each, compared with (a) a bare proxy without a
 * session and (b) the same proxy with a session that Auth.js's `decode` opens. All have the same upstream.
 */
export const measureStatus: Measure = async (runtime) => {
	const { portal, bridgeUrl, secret, stop } = await startBenchPortal(runtime);
	const upstream = { BENCH_UPSTREAM: bridgeUrl };
	const bare = await startProgram('status/bare-proxy.mjs', upstream);
	const decoding = await startProgram('status/bare-proxy.mjs', { ...upstream, BENCH_SECRET: secret });
	try {
		const people = await signIn(portal.url, secret, CONNECTIONS);
		const bridgePaths = people.map(({ statusPath }) => statusPath.replace('/api/wallet', '/auth/oid4vp'));
		const tokens = await Promise.all(people.map(() => authJsSession(secret)));
		const results = await compare({
			portal: { port: portal.port, requests: people.map(({ statusPath, headers }) => get(statusPath, headers)) },
			bare: { port: bare.port, requests: bridgePaths.map((path) => get(path)) },
			decoding: {
				port: decoding.port,
				requests: bridgePaths.map((path, n) => get(path, { cookie: `session=${tokens[n] ?? ''}` }))
			}
		});
		const perSecond = (side: keyof typeof results) => median(results[side].map((round) => round.perSecond));
		const p99Ms = (side: keyof typeof results) => median(results[side].map((round) => round.p99Ms));
		const ratio = perSecond('portal') / perSecond('bare');
		const p99Ratio = spreadOf(results.portal.map(({ p99Ms }, round) => p99Ms / (results.bare[round]?.p99Ms ?? NaN)));
		return [
			{ what: 'status reads: portal', value: perSecond('portal'), unit: '/s' },
			{ what: '(a) bare proxy on Node', value: perSecond('bare'), unit: '/s' },
			{ what: '(b) with Auth.js decode', value: perSecond('decoding'), unit: '/s' },
			{ what: 'throughput, portal to (a)', value: ratio, unit: '×', target: { atLeast: MIN_RATIO[runtime] } },
			{ what: 'throughput, portal to (b)', value: perSecond('portal') / perSecond('decoding'), unit: '×' },
			{ what: 'p99: portal', value: p99Ms('portal'), unit: 'ms' },
			{ what: 'p99: (a)', value: p99Ms('bare'), unit: 'ms' },
			{ what: 'p99, portal to (a)', ...p99Ratio, unit: '×', target: { atMost: 1 } }
		];
	} finally {
		await Promise.all([bare.stop(), decoding.stop(), stop()]);
	}
};

function authJsSession(secret: string): Promise<string> {
	return encode({ token: realisticSession(Math.floor(Date.now() / 1000)), secret, salt: 'session' });
}
