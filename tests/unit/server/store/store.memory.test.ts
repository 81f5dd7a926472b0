import { describe, expect, test } from 'vitest';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { virtualClock } from '../../virtual-clock';
import { behavesAsAStore } from './contract';

describe('a store in memory', () => {
	const clock = virtualClock();
	behavesAsAStore(() => createMemoryStore(clock), clock.advance);

	test('stops waiting for a change after the requested time', async () => {
		const store = createMemoryStore(clock);
		let isOver = false;
		void store.changed('a', 500).then(() => (isOver = true));
		await clock.advance(499);
		expect(isOver).toBe(false);
		await clock.advance(1);
		expect(isOver).toBe(true);
	});

	test('does not notify those who wait of a change to another key', async () => {
		const store = createMemoryStore(clock);
		let isOver = false;
		void store.changed('a', 500).then(() => (isOver = true));
		await store.write('b', 'one', 60_000);
		await clock.advance(100);
		expect(isOver).toBe(false);
	});

	async function kept(store: Store, keys: readonly string[]) {
		const entries = await Promise.all(keys.map((key) => store.read(key)));
		return keys.filter((_, index) => entries[index] !== null);
	}

	test('is limited in bytes: the least recently used entries are evicted', async () => {
		const store = createMemoryStore({ ...clock, maxBytesPerKind: 1000 });
		for (const key of ['a', 'b', 'c', 'a', 'd']) await store.write(key, key, 60_000);
		expect(await kept(store, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd']);
		await store.write('large', 'x'.repeat(600), 60_000);
		expect(await kept(store, ['a', 'b', 'c', 'd', 'large'])).toEqual(['large']);
	});

	test('counts the bytes of long keys as well as those of long texts', async () => {
		const store = createMemoryStore({ ...clock, maxBytesPerKind: 1000 });
		const [long, longer] = ['x'.repeat(300), 'y'.repeat(400)];
		for (const key of [long, longer]) await store.write(key, '1', 60_000);
		expect(await kept(store, [long, longer])).toEqual([longer]);
	});

	test('keeps revocations, however many other keys anonymous requests write', async () => {
		const store = createMemoryStore({ ...clock, maxBytesPerKind: 10_000 });
		const revocations = Array.from({ length: 30 }, (_, n) => `deny:id:${n}`);
		for (const key of revocations) await store.write(key, '1', 60_000);
		for (let n = 0; n < 1000; n++)
			for (const kind of ['wallet-used', 'wallet-request', 'used', 'once']) {
				await store.write(`${kind}:${n}`, 'x'.repeat(100), 60_000);
			}
		expect(await kept(store, revocations)).toEqual(revocations);
	});

	test('frees expired entries instead of evicting valid ones', async () => {
		const store = createMemoryStore({ ...clock, maxBytesPerKind: 600_000 });
		await store.write('lasting', '1', 600_000);
		for (let n = 0; n < 5000; n++) {
			await store.write(`short ${n}`, 'x'.repeat(100), 1);
			if (n % 500 === 0) await clock.advance(10);
		}
		expect(await kept(store, ['lasting'])).toEqual(['lasting']);
	});
});
