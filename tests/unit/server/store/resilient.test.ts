import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryStore } from '$lib/server/store/store';
import { createResilientStore, type ResilientStore } from '$lib/server/store/resilient';
import { virtualClock } from '../../virtual-clock';
import { behavesAsAStore } from './contract';
import { breakableStore } from './breakable-store';

const clock = virtualClock();
let shared = breakableStore(clock);
let states: boolean[] = [];
let causes: unknown[] = [];
let instances: ResilientStore[] = [];

function instance() {
	const seen = { states, causes };
	const onState = (isUp: boolean, cause?: unknown) => {
		seen.states.push(isUp);
		seen.causes.push(cause);
	};
	const isUrgent = (key: string) => key.startsWith('deny:');
	const store = createResilientStore({
		shared: shared.connect(),
		own: createMemoryStore(clock),
		onState,
		isUrgent,
		...clock
	});
	instances.push(store);
	return store;
}

beforeEach(() => {
	shared = breakableStore(clock);
	[states, causes, instances] = [[], [], []];
});
afterEach(() => Promise.all(instances.map((store) => store.close())));

describe('a shared store that is there', () => {
	behavesAsAStore(instance, clock.advance);

	test('shows one instance what another has written', async () => {
		await instance().write('a', 'one', 60_000);
		expect(await instance().read('a')).toMatchObject({ text: 'one' });
	});

	test('and fails twice in a row, while its check passes, is not left alone', async () => {
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

	test('lets one instance alone claim a key', async () => {
		const tries = await Promise.all(
			[instance(), instance(), instance()].map((one) => one.replace('a', null, 'x', 1000))
		);
		expect(tries.filter(Boolean)).toHaveLength(1);
	});
});

describe('a shared store that is away', () => {
	behavesAsAStore(() => {
		shared.goAway();
		return instance();
	}, clock.advance);

	test('is reported once, and its return once', async () => {
		const store = instance();
		shared.goAway();
		await Promise.all([store.read('a'), store.read('b'), store.write('c', 'x', 1000)]);
		shared.comeBack();
		await clock.advance(1000);
		await Promise.all([store.read('a'), store.read('b')]);
		expect(states).toEqual([false, true]);
	});

	test('is not called by requests, only by a check four times a second', async () => {
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

	test('is noticed to be back without any request', async () => {
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

	test('does not make an instance forget what it wrote before, nor when the store comes back empty', async () => {
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

	test('does not let an instance replace by what it read before something newer of its own', async () => {
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

	test('is unavailable, for the reason that it gives, whatever it lets read', async () => {
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

	test('is noticed by reads too, within a second', async () => {
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

	test('does not keep the instance from using what it wrote itself', async () => {
		const store = instance();
		await store.write('a', 'before', 60_000);
		shared.refuseWrites();
		await store.write('a', 'after', 60_000);
		await clock.advance(0);
		expect(await store.read('a')).toMatchObject({ text: 'after' });
	});
});

describe('one failed call of a shared store that works, as after the process was suspended', () => {
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

	test('whose reply alone was lost counts as made', async () => {
		const store = instance();
		await store.check();
		shared.loseReply();
		expect(await store.replace('a', null, 'mine', 60_000)).toBe(true);
		expect(await shared.read('a')).toMatchObject({ text: 'mine' });
	});
});

describe('a check of the shared store', () => {
	test('is shared by all who ask within a second', async () => {
		const store = instance();
		await Promise.all([store.check(), store.check(), store.check()]);
		const asked = shared.asked();
		await clock.advance(999);
		await store.check();
		expect(shared.asked()).toBe(asked);
		await clock.advance(1);
		await Promise.all([store.check(), store.check()]);
		expect(shared.asked()).toBe(2 * asked);
	});

	test('notices that the store is unreachable although nothing else has used it', async () => {
		const store = instance();
		shared.goAway();
		expect(await store.check()).toBe(false);
		expect(states).toEqual([false]);
	});

	test('that succeeds after a single failed call leaves the store available, and repeats the missed write', async () => {
		const store = instance();
		await store.check();
		shared.failOnce();
		await store.write('a', 'one', 60_000);
		await clock.advance(0);
		expect(states).toEqual([]);
		expect(await instance().read('a')).toMatchObject({ text: 'one' });
	});
});

describe('a shared store that comes back', () => {
	test('gets revocations first, and counts as available only then', async () => {
		const store = instance();
		shared.goAway();
		for (let n = 0; n < 500; n++) await store.write(`key ${n}`, 'x', 60_000);
		await store.write('deny:a', '1', 60_000);
		const elsewhere = instance();
		shared.comeBack();
		const written = shared.written();
		await clock.advance(250);
		expect(states.at(-1)).toBe(true);
		expect(shared.written().slice(written.length)[0]).toBe('deny:a');
		expect(await elsewhere.read('deny:a')).toMatchObject({ text: '1' });
	});

	test('gets lifetimes in whole milliseconds, at any time of the clock', async () => {
		const store = instance();
		shared.goAway();
		await store.write('a', 'one', 60_000);
		await clock.advance(0.4);
		await store.write('b', 'two', 60_000);
		shared.comeBack();
		await clock.advance(250);
		expect(await instance().read('b')).toMatchObject({ text: 'two' });
	});

	test('gets the missed revocations before any number of other writes', async () => {
		const store = createResilientStore({
			shared,
			own: createMemoryStore({ ...clock, maxBytesPerKind: 3000 }),
			onState: () => {},
			isUrgent: (key) => key.startsWith('deny:'),
			maxCopyBytesPerKind: 3000,
			...clock
		});
		instances.push(store);
		shared.goAway();
		await store.write('deny:a', '1', 60_000);
		for (let n = 0; n < 100; n++) await store.write(`key ${n}`, 'x', 60_000);
		shared.comeBack();
		await clock.advance(250);
		expect(await instance().read('deny:a')).toMatchObject({ text: '1' });
	});

	test('and does not take one of the missed writes still gets the others', async () => {
		const store = instance();
		shared.goAway();
		for (const key of ['a', 'poison', 'b']) await store.write(key, key, 60_000);
		shared.comeBack();
		shared.refuse('poison');
		await clock.advance(250);
		const read = await Promise.all(['a', 'poison', 'b'].map((key) => instance().read(key)));
		expect(read).toMatchObject([{ text: 'a' }, null, { text: 'b' }]);
		expect(states).toEqual([false, true]);
	});

	test('and does not take a missed revocation counts as unavailable until it does', async () => {
		const store = instance();
		shared.goAway();
		await store.write('deny:a', '1', 60_000);
		shared.comeBack();
		shared.refuse('deny:a');
		await clock.advance(1000);
		expect([store.isAvailable(), states]).toEqual([false, [false]]);
		shared.accept('deny:a');
		await clock.advance(250);
		expect([store.isAvailable(), states]).toEqual([true, [false, true]]);
		expect(await instance().read('deny:a')).toMatchObject({ text: '1' });
	});

	test('gets the missed writes, which replace its own values', async () => {
		const store = instance();
		await store.write('a', 'running', 60_000);
		shared.goAway();
		await store.write('a', 'done', 60_000);
		shared.comeBack();
		await clock.advance(1000);
		await store.read('another key');
		await clock.advance(0);
		expect(await instance().read('a')).toMatchObject({ text: 'done' });
	});

	test('is not read before it has the missed writes', async () => {
		const store = instance();
		await store.write('a', 'running', 60_000);
		shared.goAway();
		await store.write('a', 'done', 60_000);
		shared.comeBack();
		await clock.advance(1000);
		expect(await store.read('a')).toMatchObject({ text: 'done' });
	});

	test('does not get what has expired in the meantime', async () => {
		const store = instance();
		shared.goAway();
		await store.write('a', 'one', 500);
		shared.comeBack();
		await clock.advance(1000);
		await store.read('another key');
		await clock.advance(0);
		expect(await instance().read('a')).toBeNull();
	});

	test('and fails again before it has all missed writes gets the rest the next time', async () => {
		const store = instance();
		shared.goAway();
		await store.write('a', 'one', 60_000);
		await store.write('b', 'two', 60_000);
		shared.comeBack();
		await clock.advance(1000);
		shared.goAwayAfter(2);
		await store.read('another key');
		await clock.advance(0);
		shared.comeBack();
		await clock.advance(1000);
		await store.read('another key');
		await clock.advance(0);
		const read = await Promise.all(['a', 'b'].map((key) => instance().read(key)));
		expect(read).toMatchObject([{ text: 'one' }, { text: 'two' }]);
	});
});
