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
		const store = createMemoryStore({ ...clock, maxBytes: 1000 });
		for (const key of ['a', 'b', 'c', 'a', 'd']) await store.write(key, key, 60_000);
		expect(await kept(store, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd']);
		await store.write('large', 'x'.repeat(600), 60_000);
		expect(await kept(store, ['a', 'b', 'c', 'd', 'large'])).toEqual(['large']);
	});

	test('counts the bytes of long keys as well as those of long texts', async () => {
		const store = createMemoryStore({ ...clock, maxBytes: 1000 });
		const [long, longer] = ['x'.repeat(300), 'y'.repeat(400)];
		for (const key of [long, longer]) await store.write(key, '1', 60_000);
		expect(await kept(store, [long, longer])).toEqual([longer]);
	});

	test('keeps revocations, however many other keys anonymous requests write', async () => {
		const store = createMemoryStore({ ...clock, maxBytes: 10_000 });
		const revocations = Array.from({ length: 30 }, (_, n) => `deny:id:${n}`);
		for (const key of revocations) await store.write(key, '1', 60_000);
		for (let n = 0; n < 1000; n++)
			for (const kind of ['wallet-used', 'wallet-request', 'used', 'once']) {
				await store.write(`${kind}:${n}`, 'x'.repeat(100), 60_000);
			}
		expect(await kept(store, revocations)).toEqual(revocations);
	});

	test('keeps the few entries of one kind, however many of another kind are written', async () => {
		const store = createMemoryStore({ ...clock, maxBytes: 20_000 });
		const used = Array.from({ length: 20 }, (_, n) => `used:${n}`);
		for (const key of used) await store.write(key, '1', 60_000);
		for (let n = 0; n < 1000; n++) await store.write(`wallet-request:${n}`, 'x'.repeat(1000), 60_000);
		expect(await kept(store, [...used, 'wallet-request:0', 'wallet-request:999'])).toEqual([
			...used,
			'wallet-request:999'
		]);
	});

	test('limits all kinds together, and gives one kind what the others leave', async () => {
		const store = createMemoryStore({ ...clock, maxBytes: 100_000 });
		const keys = (kind: string) => Array.from({ length: 50 }, (_, n) => `${kind}:${n}`);
		for (const key of keys('once')) await store.write(key, 'x'.repeat(1600), 60_000);
		expect(await kept(store, keys('once'))).toHaveLength(50);
		for (const key of [...keys('used'), ...keys('wallet-request')]) await store.write(key, 'x'.repeat(1600), 60_000);
		for (const kind of ['once', 'used', 'wallet-request'])
			expect((await kept(store, keys(kind))).length).toBeOneOf([16, 17, 18]);
	});

	test('keeps the revocations of people, however many sessions are signed out', async () => {
		const store = createMemoryStore({ ...clock, maxBytes: 10_000 });
		const people = ['deny:user:a', 'deny:user:a:begin', 'deny:sub:a', 'deny:sid:a', 'deny:no-sid:a'];
		for (const key of people) await store.write(key, '1', 60_000);
		for (let n = 0; n < 1000; n++) await store.write(`deny:id:${n}`, '1', 60_000);
		expect(await kept(store, people)).toEqual(people);
	});

	test('keeps the revocation of all sessions, however many others there are', async () => {
		const store = createMemoryStore({ ...clock, maxBytes: 10_000 });
		await store.write('deny-all:sessions', '1', 60_000);
		for (let n = 0; n < 1000; n++) await store.write(`deny:id:${n}`, '1', 60_000);
		expect(await kept(store, ['deny-all:sessions'])).toEqual(['deny-all:sessions']);
	});

	test('frees expired entries of other kinds before it evicts valid ones', async () => {
		const store = createMemoryStore({ ...clock, maxBytes: 10_000 });
		for (let n = 0; n < 10; n++) await store.write(`wallet-request:${n}`, 'x'.repeat(100), 10);
		await clock.advance(10);
		const once = Array.from({ length: 20 }, (_, n) => `once:${n}`);
		for (const key of once) await store.write(key, 'x'.repeat(100), 60_000);
		expect(await kept(store, once)).toEqual(once);
	});

	test('frees expired entries instead of evicting valid ones', async () => {
		const store = createMemoryStore({ ...clock, maxBytes: 600_000 });
		await store.write('lasting', '1', 600_000);
		for (let n = 0; n < 5000; n++) {
			await store.write(`short ${n}`, 'x'.repeat(100), 1);
			if (n % 500 === 0) await clock.advance(10);
		}
		expect(await kept(store, ['lasting'])).toEqual(['lasting']);
	});
});
