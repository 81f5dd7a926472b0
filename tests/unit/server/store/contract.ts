import { expect, test } from 'vitest';
import type { Store } from '$lib/server/store/store';

/** What every store does; run once for each kind. `advance` lets time pass. */
export function behavesAsAStore(
	createStore: () => Store | Promise<Store>,
	advance: (ms: number) => Promise<void>,
	hasClock = true
) {
	test('reads written values, and nothing for other keys', async () => {
		const store = await createStore();
		expect(await store.read('a')).toBeNull();
		await store.write('a', 'one', 60_000);
		expect(await store.read('a')).toMatchObject({ text: 'one' });
		expect(await store.read('b')).toBeNull();
	});

	test('accepts lifetimes that are over, or have a fraction of a millisecond', async () => {
		const store = await createStore();
		await store.write('a', 'one', 60_000.25);
		expect(await store.replace('a', await store.read('a'), 'two', 59_999.5)).toBe(true);
		expect(await store.read('a')).toMatchObject({ text: 'two' });
		await expect(store.write('b', 'one', 0)).resolves.toBeUndefined();
	});

	test('replaces the value that was read, but not a newer one', async () => {
		const store = await createStore();
		await store.write('a', 'one', 60_000);
		const read = await store.read('a');
		expect(await store.replace('a', read, 'two', 60_000)).toBe(true);
		expect(await store.replace('a', read, 'three', 60_000)).toBe(false);
		expect(await store.read('a')).toMatchObject({ text: 'two' });
	});

	test('adds a text to an empty key only once', async () => {
		const store = await createStore();
		const tries = await Promise.all(['x', 'y', 'z'].map((text) => store.replace('a', null, text, 60_000)));
		expect(tries.filter(Boolean)).toHaveLength(1);
	});

	test('does not replace a value that has expired since it was read', async () => {
		const store = await createStore();
		await store.write('a', 'one', 30);
		const read = await store.read('a');
		await advance(60);
		expect(await store.read('a')).toBeNull();
		expect(await store.replace('a', read, 'two', 60_000)).toBe(false);
		expect(await store.replace('a', null, 'two', 60_000)).toBe(true);
	});

	test('lets only one of many concurrent replacements of the same text succeed', async () => {
		const store = await createStore();
		await store.write('a', 'one', 60_000);
		const read = await store.read('a');
		const tries = await Promise.all(Array.from({ length: 20 }, (_, n) => store.replace('a', read, `new ${n}`, 60_000)));
		expect(tries.filter(Boolean)).toHaveLength(1);
	});

	test('notifies those who wait for a key when it changes', async () => {
		const store = await createStore();
		const changed = store.changed('a', 3_600_000);
		await store.write('a', 'one', 60_000);
		await expect(changed).resolves.toBeUndefined();
	});

	test('returns the remaining lifetime of a text, if it has a clock', async () => {
		const store = await createStore();
		await store.write('a', 'one', 60_000);
		const remainingMs = (await store.remainingMs('a')) ?? NaN;
		expect([remainingMs > 59_000, remainingMs <= 60_000]).toEqual([hasClock, hasClock]);
		expect(await store.remainingMs('b')).toBeNull();
	});

	test('keeps a replaced text for its new lifetime, if it has a clock', async () => {
		const store = await createStore();
		await store.replace('a', null, 'one', 60_000);
		expect((await store.remainingMs('a')) ?? 0).toBeLessThanOrEqual(60_000);
		await store.replace('a', await store.read('a'), 'two', 10_000);
		const remainingMs = (await store.remainingMs('a')) ?? NaN;
		expect([remainingMs > 9000, remainingMs <= 10_000]).toEqual([hasClock, hasClock]);
	});
}
