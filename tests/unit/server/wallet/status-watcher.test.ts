import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '$lib/server/http/problem';
import { log } from '$lib/server/log';
import { usualIntervalMs } from '$lib/server/wallet/read-budget';
import { credential, setUp, statusOf } from './watched';

const away = new Problem('upstream_unavailable');
const scanMs = usualIntervalMs.scan;

describe('one watched session', () => {
	test('is read at once, and then about once a second, never more, while its code waits for a scan', async () => {
		const { clock, listen, reads } = setUp();
		listen('a');
		await clock.advance(3 * scanMs);
		expect(reads('a')).toEqual([0, scanMs, 2 * scanMs, 3 * scanMs]);
		expect(scanMs).toBeGreaterThan(1000);
		expect(scanMs).toBeLessThan(1050);
	});

	test('is read at most four times a second once its wallet is open, and each change is reported within 300 ms', async () => {
		const { clock, listen, reads, responses } = setUp();
		responses.set('a', 'INTERACTION_STARTED');
		const { said } = listen('a');
		await clock.advance(2000);
		expect(reads('a').length).toBeLessThanOrEqual(8);
		responses.set('a', 'VERIFYING');
		await clock.advance(300);
		expect(said()).toEqual(['INTERACTION_STARTED', 'VERIFYING']);
	});

	test('is read as often for a hundred listeners as for one, and all of them receive the same updates', async () => {
		const { clock, listen, reads, responses } = setUp();
		const listeners = Array.from({ length: 100 }, () => listen('a'));
		await clock.advance(2 * scanMs);
		responses.set('a', 'VERIFIED');
		await clock.advance(scanMs);
		expect(reads('a')).toEqual([0, scanMs, 2 * scanMs, 3 * scanMs]);
		expect(new Set(listeners.map(({ said }) => said().join()))).toEqual(new Set(['PENDING,VERIFIED']));
	});

	test('is never read concurrently, however slow the Bridge is', async () => {
		const { clock, listen, inFlight, reads } = setUp({ readMs: 4000 });
		listen('a');
		listen('a');
		await clock.advance(10_000);
		expect([inFlight.most, reads('a')]).toEqual([1, [0, 4000, 8000]]);
	});

	test('reports a status once, for any number of reads', async () => {
		const { clock, listen } = setUp();
		const { said } = listen('a');
		await clock.advance(20_000);
		expect(said()).toEqual(['PENDING']);
	});

	test('reports an expiry that has moved, but not one that has hardly moved', async () => {
		const { clock, listen, responses } = setUp();
		const endsAt = clock.now() + 300_000;
		responses.set('a', statusOf('PENDING', endsAt));
		const { heard } = listen('a');
		await clock.advance(500);
		responses.set('a', statusOf('PENDING', endsAt - 1000));
		await clock.advance(1000);
		expect(heard).toHaveLength(1);
		responses.set('a', statusOf('PENDING', endsAt - 100_000));
		await clock.advance(1000);
		expect(heard.at(-1)).toMatchObject({ status: { bridgeExpiresAt: endsAt - 100_000 } });
	});

	test('is reported to a later listener immediately, and is read again soon', async () => {
		const { clock, listen, responses, reads } = setUp();
		responses.set('a', statusOf('PENDING', 300_000));
		listen('a');
		await clock.advance(600);
		const late = listen('a');
		expect(late.heard).toMatchObject([{ status: { bridgeExpiresAt: 300_000 } }]);
		await clock.advance(1);
		expect(reads('a')).toEqual([0, 600]);
	});

	test('is not read without listeners', async () => {
		const { clock, isForgotten, listen, reads } = setUp();
		const both = [listen('a'), listen('a')];
		await clock.advance(scanMs);
		both[0]?.stop();
		await clock.advance(scanMs);
		both[1]?.stop();
		both[1]?.stop();
		await clock.advance(60_000);
		expect(reads('a')).toEqual([0, scanMs, 2 * scanMs]);
		expect(await isForgotten('a')).toBe(true);
	});

	test.each(['COMPLETED', 'EXPIRED', 'FAILED', 'ERROR', 'VP_VALIDATION_FAILED'] as const)(
		'is no longer read after %s',
		async (status) => {
			const { clock, isForgotten, listen, reads, responses } = setUp();
			responses.set('a', status);
			const { heard } = listen('a');
			await clock.advance(60_000);
			expect([heard, reads('a')]).toMatchObject([[{ kind: 'status', isLast: true }], [0]]);
			expect(await isForgotten('a')).toBe(true);
		}
	);

	test('is no longer read after it is gone', async () => {
		const { clock, isForgotten, listen, reads, responses } = setUp();
		responses.set('a', new Problem('not_found'));
		const { said } = listen('a');
		await clock.advance(60_000);
		expect([said(), reads('a')]).toEqual([['gone'], [0]]);
		expect(await isForgotten('a')).toBe(true);
	});
});

test('a session whose only listener stops at an event is counted no longer', async () => {
	const { clock, budget, isForgotten, watchers } = setUp();
	const counted = vi.spyOn(budget, 'count');
	const stop = watchers.watch('a', credential, () => stop());
	await clock.advance(10_000);
	expect(counted.mock.calls.map(([, by]) => by)).toEqual([1, -1]);
	expect(await isForgotten('a')).toBe(true);
});

describe('a Bridge that does not respond', () => {
	test('is requested at growing intervals up to 15 s, and reported once', async () => {
		const { clock, listen, reads, responses } = setUp();
		responses.set('a', away);
		const { said } = listen('a');
		await clock.advance(60_000);
		const doubled = [0, 2, 6, 14].map((intervals) => intervals * scanMs);
		const capped = [15_000, 30_000, 45_000].map((laterMs) => 14 * scanMs + laterMs);
		expect(reads('a')).toEqual([...doubled, ...capped]);
		expect(said()).toEqual(['trouble']);
	});

	test('that is reachable again is reported, even if nothing has changed', async () => {
		const { clock, listen, responses, reads } = setUp();
		const { said } = listen('a');
		await clock.advance(0);
		responses.set('a', away);
		await clock.advance(scanMs);
		responses.delete('a');
		await clock.advance(2 * scanMs);
		expect(said()).toEqual(['PENDING', 'trouble', 'PENDING']);
		await clock.advance(scanMs);
		expect(reads('a')).toEqual([0, scanMs, 3 * scanMs, 4 * scanMs]);
	});

	test('is reported to new listeners', async () => {
		const { clock, listen, responses } = setUp();
		responses.set('a', away);
		listen('a');
		await clock.advance(100);
		expect(listen('a').said()).toEqual(['trouble']);
	});
});

describe('many watched sessions', () => {
	/** The most reads that began within any one second. */
	function busiest(readsAtMs: readonly number[]): number {
		const sorted = [...readsAtMs].sort((a, b) => a - b);
		return Math.max(...sorted.map((at, first) => sorted.findIndex((later) => later >= at + 1000) - first));
	}

	test('cause no more reads per second than is allowed, and each of them is read', async () => {
		const { clock, listen, allReads, reads } = setUp({ perSecond: 100 });
		const ids = Array.from({ length: 1000 }, (_, n) => `s${n}`);
		for (const id of ids) listen(id);
		await clock.advance(60_000);
		expect(busiest(allReads())).toBeLessThanOrEqual(101);
		expect(ids.filter((id) => reads(id).length < 3)).toEqual([]);
	});

	test('are read less often while they wait for a scan, so that an open wallet is followed as closely as before', async () => {
		const { clock, listen, reads, responses } = setUp({ perSecond: 50 });
		for (let n = 0; n < 200; n++) listen(`s${n}`);
		await clock.advance(10_000);
		responses.set('open', 'INTERACTION_STARTED');
		listen('open');
		await clock.advance(10_000);
		const before = reads('open').length;
		await clock.advance(10_000);
		expect(reads('open').length - before).toBeGreaterThan(30);
	});
});

describe('a bug', () => {
	const logged = vi.spyOn(log, 'error');
	beforeEach(() => void logged.mockReset());
	afterAll(() => logged.mockRestore());
	const unexpected = (error: Error) => ['unexpected error', { requestId: 'r', where: 'application', error }];

	test('in a read is logged once, however often the read is repeated', async () => {
		const { clock, listen, responses } = setUp();
		const bug = new TypeError('a bug');
		responses.set('a', bug);
		const { heard } = listen('a');
		await clock.advance(10_000);
		expect(heard).toEqual([{ kind: 'trouble', code: 'internal_error' }]);
		expect(logged.mock.calls).toEqual([unexpected(bug)]);
	});

	test('in a listener is logged, and neither reported as a failed read nor noticed by another listener', async () => {
		const { clock, listen, responses, watchers } = setUp();
		const bug = new TypeError('a bug');
		const received: string[] = [];
		watchers.watch('a', credential, ({ kind }) => {
			received.push(kind);
			throw bug;
		});
		const { said } = listen('a');
		await clock.advance(scanMs);
		responses.set('a', 'VERIFIED');
		await clock.advance(scanMs);
		expect([received, said()]).toEqual([
			['status', 'status'],
			['PENDING', 'VERIFIED']
		]);
		expect(logged.mock.calls).toEqual([unexpected(bug), unexpected(bug)]);
	});

	test('in a listener that joins later is logged', async () => {
		const { clock, listen, watchers } = setUp();
		listen('a');
		await clock.advance(0);
		const bug = new TypeError('a bug');
		watchers.watch('a', credential, () => {
			throw bug;
		});
		expect(logged.mock.calls).toEqual([unexpected(bug)]);
	});
});
