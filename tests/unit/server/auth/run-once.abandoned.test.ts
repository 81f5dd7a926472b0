import { describe, expect, test } from 'vitest';
import { createOnce, WorkFailed } from '$lib/server/auth/run-once';
import {
	clock,
	good,
	instance,
	never,
	once,
	replaceStore,
	runs,
	slow,
	store,
	whileTimePasses,
	work
} from './once-fixture';

describe('an instance that dies during its work', () => {
	const dies = () => createOnce({ store, now: clock.now, unixNow: clock.now, every: () => () => {} }).run(never);

	test('makes others wait until its lease expires', async () => {
		void dies();
		await clock.advance(0);
		let isOver = false;
		const waiting = once.run(good).finally(() => (isOver = true));
		waiting.catch(() => {});
		await clock.advance(0);
		await clock.advance(9_000);
		expect(isOver).toBe(false);
		await clock.advance(2_000);
		await expect(waiting).rejects.toMatchObject({ fault: 'lost' });
		expect(runs).toBe(1);
	});

	test('is replaced by only one instance, for callers that need the work', async () => {
		void dies();
		await clock.advance(0);
		await clock.advance(11_000);
		const heirs = [once, instance()].map((one) => one.run({ ...good, repeatLost: true }));
		expect(await whileTimePasses(Promise.all(heirs), 2000)).toEqual(['the result', 'the result']);
		expect(runs).toBe(2);
	});

	test('does not undo the work of its successor if it resumes', async () => {
		const asleep = createOnce({ store, now: clock.now, unixNow: clock.now, every: () => () => {} }).run(
			work(() => clock.pause(20_000).then(() => Promise.reject(new WorkFailed('lost', 'late'))))
		);
		asleep.catch(() => {});
		await clock.advance(0);
		await clock.advance(11_000);
		await once.run({ ...good, repeatLost: true });
		await clock.advance(20_000);
		await expect(asleep).rejects.toMatchObject({ fault: 'lost' });
		expect(await instance().peek('a-secret')).toBe('the result');
	});
});

describe('an instance whose clock is wrong', () => {
	const MINUTE_MS = 60_000;
	const skewed = (byMs: number) =>
		createOnce({ store, now: clock.now, unixNow: () => clock.now() + byMs, every: clock.every });
	const skews = [-MINUTE_MS, -11_000, 11_000, MINUTE_MS, 60 * MINUTE_MS];

	test.each(skews)('by %d ms waits for work in progress on another instance', async (byMs) => {
		const first = once.run(slow(25_000));
		await clock.advance(0);
		const second = skewed(byMs).run({ ...never, repeatLost: true });
		expect(await whileTimePasses(Promise.all([first, second]), 26_000)).toEqual(['the result', 'the result']);
		expect(runs).toBe(1);
	});

	test.each(skews)('by %d ms makes other instances wait while it works', async (byMs) => {
		const first = skewed(byMs).run(slow(25_000));
		await clock.advance(0);
		const second = once.run({ ...never, repeatLost: true });
		expect(await whileTimePasses(Promise.all([first, second]), 26_000)).toEqual(['the result', 'the result']);
		expect(runs).toBe(1);
	});

	test.each(skews)('by %d ms takes over at once from an instance that died earlier', async (byMs) => {
		void createOnce({ store, now: clock.now, unixNow: clock.now, every: () => () => {} }).run(never);
		await clock.advance(60_000);
		expect(await skewed(byMs).run({ ...good, repeatLost: true })).toBe('the result');
	});

	test('waits until a lease has not changed for its full duration if the store has no clock', async () => {
		replaceStore({ ...store, remainingMs: () => Promise.resolve(null) });
		void createOnce({ store, now: clock.now, unixNow: clock.now, every: () => () => {} }).run(never);
		await clock.advance(60_000);
		const heir = skewed(MINUTE_MS).run({ ...good, repeatLost: true });
		await clock.advance(9000);
		expect(runs).toBe(1);
		expect(await whileTimePasses(heir, 2000)).toBe('the result');
	});
});

describe('a stored record with a date far in the future', () => {
	const YEAR_MS = 365 * 24 * 60 * 60_000;
	const put = (record: object) => store.write(once.nameOf('a-secret'), JSON.stringify(record), YEAR_MS);
	const running = (losses = 0) => ({ state: 'running', holder: 'x', untilMs: clock.now() + YEAR_MS, losses });

	test.each([0, 1, 50])('delays callers that need the work by at most a lease, after %i losses', async (losses) => {
		await put(running(losses));
		const waiting = once.run({ ...good, repeatLost: true });
		let isOver = false;
		waiting.finally(() => (isOver = true)).catch(() => {});
		await clock.advance(9000);
		expect([isOver, runs]).toEqual([false, 0]);
		// A lease, and half a minute after more than one loss.
		await clock.advance(3000);
		await waiting.catch(() => {});
		await clock.advance(30_000);
		expect(await once.run({ ...good, repeatLost: true })).toBe('the result');
		expect(runs).toBe(1);
	});

	test('delays callers that do not need the work only once', async () => {
		await put(running());
		const first = once.run(good);
		first.catch(() => {});
		await clock.advance(12_000);
		await expect(first).rejects.toMatchObject({ fault: 'lost', code: 'begun_before' });
		await expect(instance().run(good)).rejects.toMatchObject({ fault: 'lost', code: 'begun_before' });
		expect(runs).toBe(0);
	});

	test('is treated like any other lease if it is renewed in the meantime', async () => {
		await put(running());
		const waiting = once.run({ ...good, repeatLost: true });
		await clock.advance(8000);
		await put({ ...running(), untilMs: clock.now() + YEAR_MS + 1 });
		await clock.advance(8000);
		expect(runs).toBe(0);
		await clock.advance(4000);
		expect(await waiting).toBe('the result');
	});

	test('does not prevent the work if it records a loss in the future', async () => {
		await put({ state: 'lost', atMs: clock.now() + YEAR_MS, losses: 7 });
		expect(await once.run({ ...good, repeatLost: true })).toBe('the result');
	});

	test.each([
		{ state: 'running', holder: 'x', untilMs: '9', losses: 0 },
		{ state: 'lost', atMs: 0, losses: -3 },
		{ state: 'lost', atMs: 0, losses: 0.5 },
		{ state: 'else' },
		{}
	])('is ignored if its shape is invalid: %j', async (record) => {
		await put(record);
		expect(await once.run(good)).toBe('the result');
	});
});
