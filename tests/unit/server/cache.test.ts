import { expect, test } from 'vitest';
import { createBoundedCache } from '$lib/server/cache';

const cacheOf = (maxBytes: number, more = {}) =>
	createBoundedCache<{ text: string }>({ maxBytes, bytesOf: ({ text }) => text.length, ...more });

test('a bounded cache evicts the least recently used entries, and never holds more bytes than allowed', () => {
	const cache = cacheOf(10_000);
	for (let n = 0; n < 1000; n++) {
		cache.set(`key ${n}`, { text: 'x'.repeat(n % 500) });
		cache.get('key 0');
		expect(cache.calculatedSize).toBeLessThanOrEqual(10_000);
	}
	expect(cache.has('key 0')).toBe(true);
	expect(cache.has('key 500')).toBe(false);
	expect(cache.has('key 999')).toBe(true);
});

test('a bounded cache counts the size of keys and a fixed cost per entry', () => {
	const cache = cacheOf(100_000);
	for (let n = 0; n < 1000; n++) cache.set(`${n} ${'k'.repeat(1000)}`, { text: '' });
	expect(cache.size).toBeLessThan(100);
	cache.clear();
	for (let n = 0; n < 1000; n++) cache.set(String(n), { text: '' });
	expect(cache.size).toBeLessThan(400);
});

test('an entry that is larger than the whole cache is not stored, and evicts nothing', () => {
	const cache = cacheOf(10_000);
	cache.set('small', { text: '' });
	cache.set('large', { text: 'x'.repeat(10_000) });
	expect([...cache.keys()]).toEqual(['small']);
});

test('entries expire after their time to live', () => {
	let nowMs = 1000;
	const cache = cacheOf(10_000, { ttlMs: 500, now: () => nowMs });
	cache.set('a', { text: '' });
	nowMs += 500;
	expect(cache.has('a')).toBe(true);
	nowMs += 1;
	expect(cache.has('a')).toBe(false);
});
