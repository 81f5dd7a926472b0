import { beforeEach, describe, expect, test } from 'vitest';
import { createOnce, type Once, type Work, WorkFailed, type WorkFault } from '$lib/server/auth/run-once';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { virtualClock, type VirtualClock } from '../../virtual-clock';

let clock: VirtualClock;
let store: Store;
let once: Once;
let runs: number;

beforeEach(() => {
	clock = virtualClock();
	store = createMemoryStore(clock);
	once = instance();
	runs = 0;
});

function instance(): Once {
	return createOnce({ store, now: clock.now, unixNow: clock.now, every: clock.every });
}

function work(run: () => Promise<string>, changes: Partial<Work> = {}): Work {
	const counted = () => {
		runs++;
		return run();
	};
	return { secret: 'a-secret', repeatLost: false, keepMs: 60_000, run: counted, ...changes };
}

const good = work(() => Promise.resolve('the result'));
const slow = (ms: number) => work(() => clock.pause(ms).then(() => 'the result'));
const failing = (fault: WorkFault, changes: Partial<Work> = {}) =>
	work(() => Promise.reject(new WorkFailed(fault, 'a_code')), changes);
async function whileTimePasses<Value>(promise: Promise<Value>, ms: number): Promise<Value> {
	await clock.advance(ms);
	return promise;
}

const never = work(() => new Promise(() => {}));

describe('work that is done once', () => {
	test('is done once for all simultaneous callers, on any instance', async () => {
		const askers = [once, instance(), instance()].flatMap((one) => [1, 2, 3].map(() => one.run(slow(5000))));
		expect(await whileTimePasses(Promise.all(askers), 6000)).toEqual(Array(9).fill('the result'));
		expect(runs).toBe(1);
	});

	test('gives its result to late callers until its sharing period ends', async () => {
		await once.run(good);
		await clock.advance(59_999);
		expect(await instance().run(never)).toBe('the result');
		expect(await instance().peek('a-secret')).toBe('the result');
		await clock.advance(1);
		expect(await instance().peek('a-secret')).toBeNull();
		expect(runs).toBe(1);
	});

	test('is cached for a shorter time once a later run settles it', async () => {
		await once.run({ ...good, keepMs: 3_600_000 });
		const settles = { name: once.nameOf('a-secret'), keepMs: 5000 };
		await once.run({ ...good, secret: 'the-next-secret', settles });
		await clock.advance(4999);
		expect(await once.peek('a-secret')).toBe('the result');
		await clock.advance(1);
		expect(await once.peek('a-secret')).toBeNull();
	});

	test('is other work under another secret', async () => {
		await once.run(good);
		await once.run(work(() => Promise.resolve('another'), { secret: 'another-secret' }));
		expect(runs).toBe(2);
	});

	test('is not known before it is done', async () => {
		void once.run(never);
		await clock.advance(0);
		expect(await once.peek('a-secret')).toBeNull();
	});

	test('that takes longer than a lease is waited for, not done again', async () => {
		const askers = [once.run(slow(120_000)), instance().run({ ...never, repeatLost: true })];
		expect(await whileTimePasses(Promise.all(askers), 125_000)).toEqual(['the result', 'the result']);
		expect(runs).toBe(1);
	});
});

describe('work that fails', () => {
	test('for good has failed for everybody, without being done again', async () => {
		await expect(once.run(failing('ended'))).rejects.toMatchObject({ fault: 'ended', code: 'a_code' });
		await expect(instance().run(good)).rejects.toMatchObject({ fault: 'ended', code: 'a_code' });
		expect(runs).toBe(1);
	});

	test('for now can be tried again at once', async () => {
		await expect(once.run(failing('postponed'))).rejects.toMatchObject({ fault: 'postponed' });
		await clock.advance(1);
		expect(await instance().run(good)).toBe('the result');
	});

	test('fails for all waiting callers', async () => {
		const late = work(() => clock.pause(100).then(() => Promise.reject(new WorkFailed('postponed', 'a_code'))));
		const all = Promise.allSettled([1, 2, 3].map(() => once.run(late)));
		expect((await whileTimePasses(all, 100)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
		expect(runs).toBe(1);
	});

	test('by a bug counts as lost', async () => {
		await expect(once.run(work(() => Promise.reject(new TypeError('a bug'))))).rejects.toThrow('a bug');
		await expect(once.run(good)).rejects.toMatchObject({ fault: 'lost' });
	});
});

describe('work whose response was lost', () => {
	test('is not done again for callers that do not need it', async () => {
		await expect(once.run(failing('lost'))).rejects.toMatchObject({ fault: 'lost' });
		await clock.advance(3_600_000);
		await expect(instance().run(good)).rejects.toMatchObject({ fault: 'lost', code: 'begun_before' });
		expect(runs).toBe(1);
	});

	test('is done again, once, for callers that need it', async () => {
		await once.run(failing('lost')).catch(() => {});
		await instance()
			.run(failing('lost', { repeatLost: true }))
			.catch(() => {});
		await clock.advance(400);
		await expect(once.run({ ...good, repeatLost: true })).rejects.toMatchObject({
			fault: 'lost',
			code: 'lost_again',
			retryAfterMs: 600
		});
		expect(runs).toBe(2);
	});

	test('is tried again a second after the repetition was lost too: no harm is left to do', async () => {
		await once.run(failing('lost')).catch(() => {});
		await once.run(failing('lost', { repeatLost: true })).catch(() => {});
		await clock.advance(1000);
		expect(await once.run({ ...good, repeatLost: true })).toBe('the result');
	});

	test('is tried at intervals that double to half a minute, and says when', async () => {
		const waits: number[] = [];
		while (waits.length < 8) {
			const failed = await instance()
				.run(failing('lost', { repeatLost: true }))
				.catch((error: unknown) => error as WorkFailed);
			const { retryAfterMs } = failed as WorkFailed;
			waits.push(retryAfterMs);
			await clock.advance(retryAfterMs);
		}
		expect(waits).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
		expect(runs).toBe(8);
	});

	test('still counts as lost when the repetition could not be sent', async () => {
		await once.run(failing('lost')).catch(() => {});
		await once.run(failing('postponed', { repeatLost: true })).catch(() => {});
		await expect(once.run(good)).rejects.toMatchObject({ fault: 'lost' });
		expect(await once.run({ ...good, repeatLost: true })).toBe('the result');
	});
});

describe('work that is refused for a reason that may pass', () => {
	test('is done again, once, and has then failed for good', async () => {
		await expect(once.run(failing('refused'))).rejects.toMatchObject({ fault: 'refused' });
		await expect(once.run(good)).rejects.toMatchObject({ fault: 'lost', code: 'begun_before' });
		const second = instance().run(failing('refused', { repeatLost: true }));
		await expect(second).rejects.toMatchObject({ fault: 'ended', code: 'a_code' });
		await expect(once.run({ ...good, repeatLost: true })).rejects.toMatchObject({ fault: 'ended', code: 'a_code' });
		expect(runs).toBe(2);
	});

	test('may succeed the second time', async () => {
		await once.run(failing('refused')).catch(() => {});
		expect(await once.run({ ...good, repeatLost: true })).toBe('the result');
	});

	test.each(['lost', 'postponed'] as const)(
		'has failed for good at the second refusal, also after one that was %s',
		async (fault) => {
			await once.run(failing('refused')).catch(() => {});
			await once.run(failing(fault, { repeatLost: true })).catch(() => {});
			await clock.advance(30_000);
			await expect(once.run(failing('refused', { repeatLost: true }))).rejects.toMatchObject({ fault: 'ended' });
		}
	);

	test('has not failed for good because other attempts were lost', async () => {
		await once.run(failing('lost')).catch(() => {});
		await expect(once.run(failing('refused', { repeatLost: true }))).rejects.toMatchObject({ fault: 'refused' });
	});
});

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
		store = { ...store, remainingMs: () => Promise.resolve(null) };
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
