import { describe, expect, test } from 'vitest';
import { WorkFailed } from '$lib/server/auth/run-once';
import { clock, failing, good, instance, never, once, runs, slow, whileTimePasses, work } from './once-fixture';

describe('work that runs once', () => {
	test('runs once for all simultaneous callers, on any instance', async () => {
		const askers = [once, instance(), instance()].flatMap((one) => [1, 2, 3].map(() => one.run(slow(5000))));
		expect(await whileTimePasses(Promise.all(askers), 6000)).toEqual(Array(9).fill('the result'));
		expect(runs).toBe(1);
	});

	test('returns its result to late callers until its sharing period ends', async () => {
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

	test('is separate work under another secret', async () => {
		await once.run(good);
		await once.run(work(() => Promise.resolve('another'), { secret: 'another-secret' }));
		expect(runs).toBe(2);
	});

	test('has no result before it is done', async () => {
		void once.run(never);
		await clock.advance(0);
		expect(await once.peek('a-secret')).toBeNull();
	});

	test('that takes longer than a lease is awaited, not repeated', async () => {
		const askers = [once.run(slow(120_000)), instance().run({ ...never, repeatLost: true })];
		expect(await whileTimePasses(Promise.all(askers), 125_000)).toEqual(['the result', 'the result']);
		expect(runs).toBe(1);
	});
});

describe('work that fails', () => {
	test('with a permanent fault fails for all callers, and is not repeated', async () => {
		await expect(once.run(failing('ended'))).rejects.toMatchObject({ fault: 'ended', code: 'a_code' });
		await expect(instance().run(good)).rejects.toMatchObject({ fault: 'ended', code: 'a_code' });
		expect(runs).toBe(1);
	});

	test('with a temporary fault can be retried at once', async () => {
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

	test('because of a bug counts as lost', async () => {
		await expect(once.run(work(() => Promise.reject(new TypeError('a bug'))))).rejects.toThrow('a bug');
		await expect(once.run(good)).rejects.toMatchObject({ fault: 'lost' });
	});
});

describe('work whose response was lost', () => {
	test('is not repeated for callers that do not need it', async () => {
		await expect(once.run(failing('lost'))).rejects.toMatchObject({ fault: 'lost' });
		await clock.advance(3_600_000);
		await expect(instance().run(good)).rejects.toMatchObject({ fault: 'lost', code: 'begun_before' });
		expect(runs).toBe(1);
	});

	test('is repeated once for callers that need it', async () => {
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

	test('is repeated again a second after the repetition was lost too', async () => {
		await once.run(failing('lost')).catch(() => {});
		await once.run(failing('lost', { repeatLost: true })).catch(() => {});
		await clock.advance(1000);
		expect(await once.run({ ...good, repeatLost: true })).toBe('the result');
	});

	test('is retried at intervals that double up to 30 seconds, and reports each interval', async () => {
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

	test('still counts as lost if the repetition could not be sent', async () => {
		await once.run(failing('lost')).catch(() => {});
		await once.run(failing('postponed', { repeatLost: true })).catch(() => {});
		await expect(once.run(good)).rejects.toMatchObject({ fault: 'lost' });
		expect(await once.run({ ...good, repeatLost: true })).toBe('the result');
	});
});

describe('work that is refused for a temporary reason', () => {
	test('is repeated once, and then fails permanently', async () => {
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
		'fails permanently at the second refusal, even after an attempt that was %s',
		async (fault) => {
			await once.run(failing('refused')).catch(() => {});
			await once.run(failing(fault, { repeatLost: true })).catch(() => {});
			await clock.advance(30_000);
			await expect(once.run(failing('refused', { repeatLost: true }))).rejects.toMatchObject({ fault: 'ended' });
		}
	);

	test('does not fail permanently because other attempts were lost', async () => {
		await once.run(failing('lost')).catch(() => {});
		await expect(once.run(failing('refused', { repeatLost: true }))).rejects.toMatchObject({ fault: 'refused' });
	});
});
