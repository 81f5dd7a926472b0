import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '$lib/server/store/store';
import { createResilientStore } from '$lib/server/store/resilient';
import { behavesAsAStore } from './contract';
import { causes, clock, instance, instances, shared, states } from './resilient-fixture';

describe('an available shared store', () => {
	behavesAsAStore(instance, clock.advance);

	test('shows one instance what another has written', async () => {
		await instance().write('a', 'one', 60_000);
		expect(await instance().read('a')).toMatchObject({ text: 'one' });
	});

	test('is still used if two calls in a row fail while its check succeeds', async () => {
		const other = instance();
		expect(await other.replace('a', null, 'theirs', 1000)).toBe(true);
		const connection = shared.connect();
		let failures = 2;
		const failing =
			<Given extends unknown[], Result>(call: (...given: Given) => Promise<Result>) =>
			(...given: Given) =>
				given[0] === 'a' && failures-- > 0 ? Promise.reject(new Error('closed')) : call(...given);
		const store = createResilientStore({
			shared: { ...connection, read: failing(connection.read), replace: failing(connection.replace) },
			own: createMemoryStore(clock),
			onState: () => {},
			...clock
		});
		instances.push(store);
		expect(await store.replace('a', null, 'mine', 1000)).toBe(false);
		failures = 2;
		expect(await store.read('a')).toMatchObject({ text: 'theirs' });
	});

	test('lets only one instance claim a key', async () => {
		const tries = await Promise.all(
			[instance(), instance(), instance()].map((one) => one.replace('a', null, 'x', 1000))
		);
		expect(tries.filter(Boolean)).toHaveLength(1);
	});
});

describe('an unavailable shared store', () => {
	behavesAsAStore(() => {
		shared.goAway();
		return instance();
	}, clock.advance);

	test('is reported once, and so is its recovery', async () => {
		const store = instance();
		shared.goAway();
		await Promise.all([store.read('a'), store.read('b'), store.write('c', 'x', 1000)]);
		shared.comeBack();
		await clock.advance(1000);
		await Promise.all([store.read('a'), store.read('b')]);
		expect(states).toEqual([false, true]);
	});

	test('is called only by a check four times a second, not by requests', async () => {
		const store = instance();
		shared.goAway();
		await store.read('a');
		await clock.advance(0);
		const asked = shared.asked();
		for (let request = 0; request < 100; request++) await store.read('a');
		expect(shared.asked()).toBe(asked);
		await clock.advance(1000);
		// A check writes and reads.
		expect(shared.asked()).toBe(asked + 8);
	});

	test('is detected as available again without any request', async () => {
		const store = instance();
		shared.goAway();
		await store.write('a', 'one', 60_000);
		shared.comeBack();
		await clock.advance(250);
		expect(states).toEqual([false, true]);
		expect(await instance().read('a')).toMatchObject({ text: 'one' });
	});

	test('is no longer checked once it is closed', async () => {
		const store = instance();
		shared.goAway();
		await store.read('a');
		await clock.advance(0);
		await store.close();
		const asked = shared.asked();
		await clock.advance(60_000);
		expect(shared.asked()).toBe(asked);
	});

	test('does not make an instance lose its own writes, even if the store is empty after it recovers', async () => {
		const store = instance();
		await store.write('a', 'one', 60_000);
		shared.goAway();
		expect(await store.read('a')).toMatchObject({ text: 'one' });
		shared.comeBack({ isEmpty: true });
		await clock.advance(1000);
		const read = await store.read('a');
		expect(read).toMatchObject({ text: 'one' });
		expect(await store.replace('a', read, 'two', 60_000)).toBe(true);
		expect(await instance().read('a')).toMatchObject({ text: 'two' });
	});

	test('does not let an instance overwrite its own newer value on the basis of an older read', async () => {
		const store = instance();
		await store.write('a', 'one', 60_000);
		const read = await store.read('a');
		shared.goAway();
		await store.write('a', 'two', 60_000);
		expect(await store.replace('a', read, 'three', 60_000)).toBe(false);
		expect(await store.read('a')).toMatchObject({ text: 'two' });
	});
});

describe('a shared store that serves reads and refuses writes', () => {
	behavesAsAStore(() => {
		shared.refuseWrites();
		return instance();
	}, clock.advance);

	test('is unavailable, with the reason that it returns, even if reads succeed', async () => {
		const store = instance();
		shared.refuseWrites();
		await store.write('a', 'one', 60_000);
		await store.read('a');
		await clock.advance(60_000);
		expect(states).toEqual([false]);
		expect(causes).toMatchObject([{ message: 'READONLY' }]);
		expect(store.isAvailable()).toBe(false);
		expect(await store.check()).toBe(false);
	});

	test('is detected by reads too, within a second', async () => {
		const store = instance();
		await store.check();
		shared.refuseWrites();
		await clock.advance(1000);
		await store.read('a');
		await clock.advance(0);
		expect(states).toEqual([false]);
	});

	test('still shows what other instances wrote before', async () => {
		await instance().write('deny:a', '1', 60_000);
		const store = instance();
		shared.refuseWrites();
		await store.write('b', 'one', 60_000);
		await clock.advance(0);
		expect(await store.read('deny:a')).toMatchObject({ text: '1' });
	});

	test('does not prevent the instance from reading its own writes', async () => {
		const store = instance();
		await store.write('a', 'before', 60_000);
		shared.refuseWrites();
		await store.write('a', 'after', 60_000);
		await clock.advance(0);
		expect(await store.read('a')).toMatchObject({ text: 'after' });
	});
});

describe('a single failed call to a shared store that works, as after the process was suspended', () => {
	test('does not let an instance claim what another has claimed', async () => {
		const [first, second] = [instance(), instance()];
		await Promise.all([first.check(), second.check()]);
		await first.replace('a', null, 'first', 60_000);
		shared.failOnce();
		expect(await second.replace('a', null, 'second', 60_000)).toBe(false);
		expect(await second.read('a')).toMatchObject({ text: 'first' });
	});

	test('does not hide what another instance has written', async () => {
		const [first, second] = [instance(), instance()];
		await Promise.all([first.check(), second.check()]);
		await first.write('deny:a', '1', 60_000);
		shared.failOnce();
		expect(await second.read('deny:a')).toMatchObject({ text: '1' });
		expect(states).toEqual([]);
	});

	test('counts as successful if only its reply was lost', async () => {
		const store = instance();
		await store.check();
		shared.loseReply();
		expect(await store.replace('a', null, 'mine', 60_000)).toBe(true);
		expect(await shared.read('a')).toMatchObject({ text: 'mine' });
	});

	test.each(['deny:user:a', 'jti:a', 'used:a', 'wallet-used:a'])(
		'whose reply was lost leaves a copy, which is written again after a loss of data, as for %s',
		async (key) => {
			const store = instance();
			await store.check();
			shared.loseReply();
			expect(await store.replace(key, null, '1', 60_000)).toBe(true);
			shared.forget();
			await clock.advance(1000);
			await store.check();
			await clock.advance(0);
			expect(await shared.read(key)).toMatchObject({ text: '1' });
		}
	);
});
