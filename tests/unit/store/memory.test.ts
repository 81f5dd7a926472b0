import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/lib/server/store/memory';
import { virtualClock } from '../virtual-clock';
import { behavesAsAStore } from './contract';

describe('a store in memory', () => {
	const clock = virtualClock();
	behavesAsAStore(() => createMemoryStore(clock), clock.advance);

	test('lets nobody wait longer than they wanted', async () => {
		const store = createMemoryStore(clock);
		let isOver = false;
		void store.changed('a', 500).then(() => (isOver = true));
		await clock.advance(499);
		expect(isOver).toBe(false);
		await clock.advance(1);
		expect(isOver).toBe(true);
	});

	test('tells nobody of another key', async () => {
		const store = createMemoryStore(clock);
		let isOver = false;
		void store.changed('a', 500).then(() => (isOver = true));
		await store.write('b', 'one', 60_000);
		await clock.advance(100);
		expect(isOver).toBe(false);
	});

	test('keeps no more entries than it may: the oldest go', async () => {
		const store = createMemoryStore({ ...clock, mostEntries: 3 });
		for (const key of ['a', 'b', 'c', 'a', 'd']) await store.write(key, key, 60_000);
		const kept = await Promise.all(['a', 'b', 'c', 'd'].map((key) => store.read(key)));
		expect(kept.map((entry) => entry?.text)).toEqual(['a', undefined, 'c', 'd']);
	});
});
