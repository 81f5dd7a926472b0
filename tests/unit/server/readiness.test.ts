import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type * as Readiness from '$lib/server/readiness';
import { exchange } from '$lib/server/upstream/client';
import { storeState } from '$lib/server/store';
import { stsFetch } from '$lib/server/sts/metadata';
import { configure } from './configured';

vi.mock('$lib/server/config', () => import('./configured'));
vi.mock('$lib/server/upstream/client', () => ({ exchange: vi.fn() }));
vi.mock('$lib/server/store', async (original) => ({ ...(await original<object>()), storeState: vi.fn() }));
vi.mock('$lib/server/sts/metadata', () => ({ stsFetch: vi.fn() }));

const stsStatus = (status: number) =>
	vi.mocked(stsFetch).mockImplementation(async () => new Response(null, { status }));
const bridgeStatus = (status: number) => vi.mocked(exchange).mockResolvedValue({ status } as never);

let module: typeof Readiness;
beforeEach(async () => {
	vi.clearAllMocks();
	vi.resetModules();
	configure();
	stsStatus(200);
	bridgeStatus(404);
	vi.mocked(storeState).mockResolvedValue('up');
	module = await import('$lib/server/readiness');
});
afterEach(() => vi.useRealTimers());

const checks = () => [stsFetch, exchange, storeState].map((mock) => vi.mocked(mock).mock.calls.length);

test('readiness is checked once for all requests within a second, and then again', async () => {
	const { readiness } = module;
	await Promise.all([readiness(0), readiness(1), readiness(999)]);
	expect(checks()).toEqual([1, 1, 1]);
	stsStatus(503);
	expect(await readiness(999)).toMatchObject({ status: 'ready', sts: 'up' });
	expect(await readiness(1000)).toMatchObject({ status: 'not_ready', sts: 'down' });
	expect(checks()).toEqual([2, 2, 2]);
});

test('readiness is checked again after a second even if the wall clock steps back an hour', async () => {
	vi.useFakeTimers({ toFake: ['Date', 'performance'] });
	expect(await module.readiness()).toMatchObject({ status: 'ready' });
	stsStatus(503);
	vi.setSystemTime(Date.now() - 3_600_000);
	vi.advanceTimersByTime(1000);
	expect(await module.readiness()).toMatchObject({ status: 'not_ready', sts: 'down' });
});

test('readiness gives the STS and the Auth Bridge two seconds to respond', async () => {
	const timeout = vi.spyOn(AbortSignal, 'timeout');
	await module.readiness(0);
	expect(timeout).toHaveBeenCalledExactlyOnceWith(2000);
	expect(vi.mocked(stsFetch).mock.calls[0]?.[1]?.signal).toBe(timeout.mock.results[0]?.value);
	expect(exchange).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ timeoutMs: 2000, maxBytes: 0 }));
	timeout.mockRestore();
});

test.each([
	[502, 'down'],
	[503, 'down'],
	[504, 'down'],
	[500, 'up'],
	[501, 'up'],
	[401, 'up'],
	[405, 'up'],
	[302, 'up'],
	[204, 'up'],
	[404, 'up'],
	[200, 'up']
])('a Bridge that responds with %i is %s', async (status, bridge) => {
	bridgeStatus(status);
	expect(await module.readiness(0)).toMatchObject({ bridge });
});

test('a store that is down does not make an instance unready', async () => {
	vi.mocked(storeState).mockResolvedValue('down');
	expect(await module.readiness(0)).toEqual({ status: 'ready', sts: 'up', bridge: 'up', store: 'down' });
});

test('without sign-in with a wallet, no request is sent to the Auth Bridge', async () => {
	configure({ SIGN_IN_METHODS: 'institution' });
	vi.mocked(exchange).mockRejectedValue(new Error('no Bridge'));
	expect(await module.readiness(0)).toMatchObject({ status: 'ready', bridge: 'up' });
});

test('readiness ends immediately when the instance drains, even if a result is cached', async () => {
	expect(await module.readiness(0)).toMatchObject({ status: 'ready' });
	module.endReadiness();
	expect(await module.readiness(1)).toMatchObject({ status: 'draining', sts: 'up', bridge: 'up' });
});
