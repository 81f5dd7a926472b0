import { beforeEach, describe, expect, test } from 'vitest';
import { createMetadataCache, FRESH_MS, MAX_STALE_MS, RETRY_MS } from '$lib/server/sts/metadata';

let nowMs: number;
let loads: number;
let stale: unknown[];
let load: () => Promise<string>;

beforeEach(() => {
	nowMs = 1000;
	loads = 0;
	stale = [];
	load = () => Promise.resolve(`metadata ${loads}`);
});

const away = () => Promise.reject(new Error('status 503'));
const create = () =>
	createMetadataCache({
		load: () => {
			loads++;
			return load();
		},
		onStale: (cause) => stale.push(cause),
		now: () => nowMs
	});

describe('metadata', () => {
	test('is read once for concurrent callers, and again after five minutes', async () => {
		const cache = create();
		expect(await Promise.all([cache.current(), cache.current()])).toEqual(['metadata 1', 'metadata 1']);
		nowMs += FRESH_MS - 1;
		expect(await cache.current()).toBe('metadata 1');
		nowMs += 1;
		expect(await cache.current()).toBe('metadata 2');
	});

	test('that is old delays only the caller that reads it again', async () => {
		const cache = create();
		await cache.current();
		nowMs += FRESH_MS;
		let respond = (_metadata: string) => {};
		load = () => new Promise((resolve) => (respond = resolve));
		const first = cache.current();
		expect(await cache.current()).toBe('metadata 1');
		respond('metadata 2');
		expect([await first, await cache.current()]).toEqual(['metadata 2', 'metadata 2']);
		expect(loads).toBe(2);
	});

	test('that could not be read the first time is read again at the next use', async () => {
		const cache = create();
		load = away;
		await expect(cache.current()).rejects.toThrow('status 503');
		await expect(cache.current()).rejects.toThrow('status 503');
		expect([loads, stale]).toEqual([2, []]);
	});
});

describe('while metadata cannot be read', () => {
	test('the last valid copy is used for a day, with one report, and an error is thrown afterwards', async () => {
		const cache = create();
		await cache.current();
		load = away;
		for (nowMs += FRESH_MS; nowMs < MAX_STALE_MS; nowMs += 60 * 60_000)
			expect(await cache.current()).toBe('metadata 1');
		expect(stale).toEqual([new Error('status 503')]);
		nowMs = 1000 + MAX_STALE_MS;
		await expect(cache.current()).rejects.toThrow('status 503');
	});

	test('it is requested again every 10 s, without delaying callers', async () => {
		const cache = create();
		await cache.current();
		load = away;
		nowMs += FRESH_MS;
		await cache.current();
		load = () => new Promise(() => {});
		nowMs += RETRY_MS - 1;
		await cache.current();
		expect(loads).toBe(2);
		nowMs += 1;
		expect(await cache.current()).toBe('metadata 1');
		expect(loads).toBe(3);
	});

	test('a later failure is reported again', async () => {
		const cache = create();
		await cache.current();
		load = away;
		nowMs += FRESH_MS;
		await cache.current();
		load = () => Promise.resolve('new');
		nowMs += RETRY_MS;
		await cache.current();
		expect(await cache.current()).toBe('new');
		load = away;
		nowMs += FRESH_MS;
		expect(await cache.current()).toBe('new');
		expect(stale).toHaveLength(2);
	});
});

describe('an endpoint that no longer exists', () => {
	test('causes metadata to be read again once, at the next use', async () => {
		const cache = create();
		await cache.current();
		nowMs += RETRY_MS;
		cache.endpointIsGone();
		cache.endpointIsGone();
		expect(await cache.current()).toBe('metadata 2');
		expect(await cache.current()).toBe('metadata 2');
		expect(loads).toBe(2);
	});

	test('causes metadata to be read at most every 10 s', async () => {
		const cache = create();
		await cache.current();
		nowMs += RETRY_MS - 1;
		cache.endpointIsGone();
		expect(await cache.current()).toBe('metadata 1');
	});
});

describe('metadata that is known to be outdated', () => {
	const freely = { isLimited: false };

	test('is read again at once, by one read for all callers', async () => {
		const cache = create();
		const known = await cache.current();
		expect(await Promise.all([1, 2].map(() => cache.reread(known, freely)))).toEqual(['metadata 2', 'metadata 2']);
		expect(await cache.reread(known, freely)).toBe('metadata 2');
		expect(await cache.current()).toBe('metadata 2');
	});

	test('is read again at most every 10 s because of untrusted senders', async () => {
		const cache = create();
		const known = await cache.current();
		nowMs += RETRY_MS - 1;
		expect(await cache.reread(known, { isLimited: true })).toBe('metadata 1');
		nowMs += 1;
		expect(await cache.reread(known, { isLimited: true })).toBe('metadata 2');
		expect(await cache.reread('metadata 2', { isLimited: true })).toBe('metadata 2');
		expect(loads).toBe(2);
	});

	test('stays in use while it cannot be read', async () => {
		const cache = create();
		const known = await cache.current();
		load = away;
		expect(await cache.reread(known, freely)).toBe('metadata 1');
	});
});
