import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '$lib/server/store/store';
import { createResilientStore } from '$lib/server/store/resilient';
import { clock, instance, instances, shared, states } from './resilient-fixture';

describe('a check of the shared store', () => {
	test('is shared by all callers within a second', async () => {
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

	test('detects that the store is unreachable even if nothing else has used it', async () => {
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

describe('a shared store that becomes available again', () => {
	test('receives revocations first, and counts as available only after them', async () => {
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

	test('receives the missed revocations before any number of other writes', async () => {
		const store = createResilientStore({
			shared,
			own: createMemoryStore({ ...clock, maxBytes: 3000 }),
			onState: () => {},
			isUrgent: (key) => key.startsWith('deny:'),
			maxCopyBytes: 3000,
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

	test('receives the other missed writes even if it refuses one of them', async () => {
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

	test('counts as unavailable until it accepts the missed revocations', async () => {
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

	test('receives the missed writes, which replace its own values', async () => {
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

	test('does not receive writes that have expired in the meantime', async () => {
		const store = instance();
		shared.goAway();
		await store.write('a', 'one', 500);
		shared.comeBack();
		await clock.advance(1000);
		await store.read('another key');
		await clock.advance(0);
		expect(await instance().read('a')).toBeNull();
	});

	test('receives the remaining missed writes later if it fails again before it has all of them', async () => {
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
