import { beforeAll, expect, test, vi } from 'vitest';
import type { TokenSet } from '$lib/server/auth/session-tokens';
import { signInErrors } from '$lib/server/auth/sign-in-errors';
import { createBridge } from '$lib/server/bridge/client';
import { createEventStreams } from '$lib/server/http/event-stream';
import { consumeQuota } from '$lib/server/http/rate-limit';
import { alertedSignInResults, observeEventStreams, observeProcess } from '$lib/server/metrics';
import { sharedStore } from '$lib/server/store';
import { flowEnded } from '$lib/server/wallet/sessions';
import type { OwnedSession } from '$lib/server/auth/wallet-cookies';
import type * as refresh from '$lib/server/auth/refresh';
import { someSession } from './auth/session-fixture';
import { downUrl, json, startStub } from './http/stub-server';
import { configure } from './configured';
import { startMetrics } from './metrics-reader';
import { virtualClock } from '../virtual-clock';

vi.mock('$lib/server/config', () => import('./configured'));
const redeem = vi.hoisted(() => vi.fn<() => Promise<TokenSet>>());
vi.mock('$lib/server/auth/refresh-grant', () => ({ redeemRefreshToken: redeem }));

const SESSION = '2f1c7c1e-5d0e-4a57-9a07-0d7f1b0a4c11';
let read: ReturnType<typeof startMetrics>;
beforeAll(() => {
	configure({ RATE_LIMIT_PER_BROWSER: '1' });
	read = startMetrics();
});

test('the metrics that the alerts count exist at 0 from the start', async () => {
	observeEventStreams(() => 0, 2);
	const signIns = await read.series('portal.sign_ins');
	expect(signIns).toHaveLength(10);
	expect(signIns).toContainEqual({ method: 'wallet', result: 'ok' });
	expect(await read.series('portal.sign_ins.started')).toEqual([{ method: 'institution' }, { method: 'wallet' }]);
	expect(await read.series('portal.refused_requests')).toContainEqual({ reason: 'connections_process' });
	expect(await read.series('portal.token_refreshes')).toContainEqual({ result: 'lost', coalesced: false });
	expect(await read.counted('portal.refused_requests')).toEqual([]);
});

test('the results of sign-ins that alerts count exist', () => {
	expect([...signInErrors, 'ok']).toEqual(expect.arrayContaining([...alertedSignInResults]));
});

test('process memory and uptime are measured, and event loop delay from the second reading on', async () => {
	observeProcess();
	await read.counted('process.memory.usage');
	await vi.waitFor(async () => {
		const [[, seconds] = []] = await read.counted('nodejs.eventloop.delay.p99');
		expect(seconds).toBeGreaterThan(0.001);
		expect(seconds).toBeLessThan(10);
	});
	const [[, bytes] = []] = await read.counted('process.memory.usage');
	expect(bytes).toBeGreaterThan(10 * 1024 ** 2);
	const [[, age] = []] = await read.counted('process.uptime');
	expect(age).toBeGreaterThan(0);
	expect(age).toBeLessThanOrEqual(process.uptime());
});

test('a call to the Auth Bridge is timed by its operation and status, without the id in its path', async () => {
	const stub = await startStub(json(404, {}));
	const client = (url: string) =>
		createBridge({ url, timeoutMs: 5000, maxBytes: 1000, pause: () => Promise.resolve() });
	const credential = { requestId: 'r' };
	await expect(client(stub.url).readStatus(SESSION, credential)).rejects.toThrow();
	await expect(client(await downUrl()).complete(SESSION, credential)).rejects.toThrow();
	const calls = (await read.timed('portal.upstream.duration')).map(([attributes, times]) => ({ attributes, times }));
	const bridge = { 'portal.upstream': 'auth-bridge' };
	expect(calls).toEqual([
		{ attributes: { ...bridge, 'portal.operation': 'readStatus', 'http.response.status_code': 404 }, times: 1 },
		{ attributes: { ...bridge, 'portal.operation': 'complete', 'error.type': 'unreachable' }, times: 1 }
	]);
});

test('a refresh counts once as a token call, and once for each request that shared it', async () => {
	const { tokenRefresher } = await vi.importActual<typeof refresh>('$lib/server/auth/refresh');
	const nowSeconds = Math.floor(Date.now() / 1000);
	const due = someSession({ refreshAt: nowSeconds, expiresAt: nowSeconds + 60, endsAt: nowSeconds + 3600 });
	let response: (tokens: TokenSet) => void = () => {};
	redeem.mockReturnValue(new Promise((resolve) => (response = resolve)));
	const first = tokenRefresher().refreshIfDue(due);
	await vi.waitFor(() => expect(redeem).toHaveBeenCalled());
	// Who has looked for an older result and found none shares this one, however long it takes to get there.
	const reads = vi.spyOn(sharedStore(), 'read');
	const others = [1, 2].map(() => tokenRefresher().refreshIfDue(due));
	await vi.waitFor(() => expect(reads.mock.settledResults.filter(({ type }) => type === 'fulfilled')).toHaveLength(2));
	response({ accessToken: 'a', refreshToken: 'b', expiresAt: nowSeconds + 3600 });
	await Promise.all([first, ...others]);
	expect(await read.counted('portal.token_refreshes')).toEqual([
		[{ result: 'renewed', coalesced: false }, 1],
		[{ result: 'renewed', coalesced: true }, 2]
	]);
});

test('the end of a wallet session is recorded once, with its duration and the result of its verification', async () => {
	const owned = { id: SESSION, startedAt: Date.now() - 42_000, idv: 'done' } as OwnedSession;
	flowEnded(owned, 'no-match');
	flowEnded(owned, 'no-match');
	flowEnded({ ...owned, id: 'another', idv: 'none' }, 'completed');
	const ends = (await read.timed('portal.wallet.flow.duration')).map(([attributes, times, seconds]) => [
		attributes,
		times,
		Math.floor(seconds)
	]);
	expect(ends).toEqual([
		[{ outcome: 'no-match' }, 1, 42],
		[{ outcome: 'completed' }, 1, 42]
	]);
	expect(await read.counted('portal.identity_verifications')).toEqual([[{ outcome: 'no-match' }, 1]]);
});

test('open event streams are measured when the metrics are read, and refused ones are counted by reason', async () => {
	const { now, every } = virtualClock();
	const streams = createEventStreams({
		maxPerProcess: 2,
		maxPerBrowser: 1,
		maxPerAddress: 9,
		now,
		every,
		random: () => 0
	});
	observeEventStreams(streams.size, 2);
	const open = (browser: string) =>
		streams.open({ browser, walletSessions: [browser], address: '' }, 1000, () => () => {});
	const first = open('a');
	open('b');
	expect(() => open('a')).toThrow();
	expect(() => open('c')).toThrow();
	expect(await read.counted('portal.event_streams')).toEqual([[{}, 2]]);
	await first.body?.cancel();
	expect(await read.counted('portal.event_streams')).toEqual([[{}, 1]]);
	await consumeQuota('browser', '192.0.2.1');
	await expect(consumeQuota('browser', '192.0.2.1')).rejects.toThrow();
	expect(await read.counted('portal.refused_requests')).toEqual([
		[{ reason: 'rate_limit_browser' }, 1],
		[{ reason: 'streams_browser' }, 1],
		[{ reason: 'streams_process' }, 1]
	]);
});
