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

describe('an instance that dies at work', () => {
	const dies = () => createOnce({ store, now: clock.now, unixNow: clock.now, every: () => () => {} }).run(never);

	test('is waited for while its lease lasts', async () => {
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

	test('is taken over by only one instance, for callers that need it', async () => {
		void dies();
		await clock.advance(0);
		await clock.advance(11_000);
		const heirs = [once, instance()].map((one) => one.run({ ...good, repeatLost: true }));
		expect(await whileTimePasses(Promise.all(heirs), 2000)).toEqual(['the result', 'the result']);
		expect(runs).toBe(2);
	});

	test('and was only asleep does not undo what its successor did', async () => {
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

	test.each(skews)('by %d ms waits for work that another one does', async (byMs) => {
		const first = once.run(slow(25_000));
		await clock.advance(0);
		const second = skewed(byMs).run({ ...never, repeatLost: true });
		expect(await whileTimePasses(Promise.all([first, second]), 26_000)).toEqual(['the result', 'the result']);
		expect(runs).toBe(1);
	});

	test.each(skews)('by %d ms is waited for while it works', async (byMs) => {
		const first = skewed(byMs).run(slow(25_000));
		await clock.advance(0);
		const second = once.run({ ...never, repeatLost: true });
		expect(await whileTimePasses(Promise.all([first, second]), 26_000)).toEqual(['the result', 'the result']);
		expect(runs).toBe(1);
	});

	test.each(skews)('by %d ms takes over at once from one that died a while ago', async (byMs) => {
		void createOnce({ store, now: clock.now, unixNow: clock.now, every: () => () => {} }).run(never);
		await clock.advance(60_000);
		expect(await skewed(byMs).run({ ...good, repeatLost: true })).toBe('the result');
	});

	test('waits in a store without a clock until a lease has not changed for as long as it lasts', async () => {
		replaceStore({ ...store, remainingMs: () => Promise.resolve(null) });
		void createOnce({ store, now: clock.now, unixNow: clock.now, every: () => () => {} }).run(never);
		await clock.advance(60_000);
		const heir = skewed(MINUTE_MS).run({ ...good, repeatLost: true });
		await clock.advance(9000);
		expect(runs).toBe(1);
		expect(await whileTimePasses(heir, 2000)).toBe('the result');
	});
});

describe('a record in the store that is dated far ahead', () => {
	const YEAR_MS = 365 * 24 * 60 * 60_000;
	const put = (record: object) => store.write(once.nameOf('a-secret'), JSON.stringify(record), YEAR_MS);
	const running = (losses = 0) => ({ state: 'running', holder: 'x', untilMs: clock.now() + YEAR_MS, losses });

	test.each([0, 1, 50])(
		'is waited for no longer than a lease by those who need the work, after %i losses',
		async (losses) => {
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
		}
	);

	test('makes no caller wait a second time that does not need the work', async () => {
		await put(running());
		const first = once.run(good);
		first.catch(() => {});
		await clock.advance(12_000);
		await expect(first).rejects.toMatchObject({ fault: 'lost', code: 'begun_before' });
		await expect(instance().run(good)).rejects.toMatchObject({ fault: 'lost', code: 'begun_before' });
		expect(runs).toBe(0);
	});

	test('that is renewed meanwhile is a lease like any other', async () => {
		await put(running());
		const waiting = once.run({ ...good, repeatLost: true });
		await clock.advance(8000);
		await put({ ...running(), untilMs: clock.now() + YEAR_MS + 1 });
		await clock.advance(8000);
		expect(runs).toBe(0);
		await clock.advance(4000);
		expect(await waiting).toBe('the result');
	});

	test('and tells of a loss in the future does not keep the work from being done', async () => {
		await put({ state: 'lost', atMs: clock.now() + YEAR_MS, losses: 7 });
		expect(await once.run({ ...good, repeatLost: true })).toBe('the result');
	});

	test.each([
		{ state: 'running', holder: 'x', untilMs: '9', losses: 0 },
		{ state: 'lost', atMs: 0, losses: -3 },
		{ state: 'lost', atMs: 0, losses: 0.5 },
		{ state: 'else' },
		{}
	])('is none of ours when its shape is wrong: %j', async (record) => {
		await put(record);
		expect(await once.run(good)).toBe('the result');
	});
});
