import { describe, expect, test } from 'vitest';
import { createSharedReads } from '$lib/server/cache';

/** Reads whose ends the test decides, and a controlled clock. */
function setUp({ maxAgeMs = 250, maxBytes = 1_000_000 } = {}) {
	let timeMs = 1000;
	const started: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
	const reads = createSharedReads<string>({ maxAgeMs, maxBytes, bytesOf: (text) => text.length, now: () => timeMs });
	const load = () => new Promise<string>((resolve, reject) => started.push({ resolve, reject }));
	return {
		started,
		read: (key: string) => reads.read(key, load),
		readAhead: (key: string) => reads.readAhead(key, load),
		forget: (key: string) => reads.forget(key),
		pass: (milliseconds: number) => (timeMs += milliseconds)
	};
}

describe('reads of one key', () => {
	test('at the same time share one read, however long it takes', async () => {
		const { read, started, pass } = setUp();
		const waiting = Array.from({ length: 50 }, () => read('a'));
		pass(5000);
		waiting.push(read('a'));
		started[0]?.resolve('one');
		expect(new Set(await Promise.all(waiting))).toEqual(new Set(['one']));
		expect(started).toHaveLength(1);
	});

	test('use a response that is less than 250 ms old, and no older one', async () => {
		const { read, started, pass } = setUp();
		const first = read('a');
		started[0]?.resolve('one');
		await first;
		pass(249);
		expect(await read('a')).toBe('one');
		pass(1);
		void read('a');
		expect(started).toHaveLength(2);
	});

	test('measure the age from the start of the read', async () => {
		const { read, started, pass } = setUp();
		const first = read('a');
		pass(240);
		started[0]?.resolve('one');
		await first;
		pass(10);
		void read('a');
		expect(started).toHaveLength(2);
	});

	test('are not shared with other keys', () => {
		const { read, started } = setUp();
		void read('a');
		void read('b');
		expect(started).toHaveLength(2);
	});

	test('share a failure while they wait, and start a new read after it', async () => {
		const { read, started } = setUp();
		const both = Promise.allSettled([read('a'), read('a')]);
		started[0]?.reject(new Error('down'));
		expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
		void read('a');
		expect(started).toHaveLength(2);
	});

	test('that are invalidated return their response to waiting callers, but not to later ones', async () => {
		const { read, started, forget } = setUp();
		const before = read('a');
		forget('a');
		const after = read('a');
		started[0]?.resolve('old');
		started[1]?.resolve('new');
		expect(await before).toBe('old');
		expect(await after).toBe('new');
		expect(await read('a')).toBe('new');
	});

	test('that fail after their invalidation do not affect the newer read', async () => {
		const { read, started, forget } = setUp();
		const before = read('a').catch(() => 'failed');
		forget('a');
		void read('a');
		started[0]?.reject(new Error('down'));
		expect(await before).toBe('failed');
		void read('a');
		expect(started).toHaveLength(2);
	});

	test('are shared, but not cached, with a maximum age of 0', async () => {
		const { read, started } = setUp({ maxAgeMs: 0 });
		const both = Promise.all([read('a'), read('a')]);
		started[0]?.resolve('one');
		await both;
		void read('a');
		expect(started).toHaveLength(2);
	});

	test('are limited in bytes while in progress, and the oldest are dropped first', () => {
		const { read, started } = setUp({ maxBytes: 1200 });
		for (const key of ['a', 'b', 'c']) void read(key);
		void read('c');
		void read('b');
		expect(started).toHaveLength(3);
		void read('a');
		expect(started).toHaveLength(4);
	});

	test('are limited in bytes by their responses: a large one evicts others, or is not cached itself', async () => {
		const { read, started } = setUp({ maxBytes: 3000 });
		const both = ['a', 'b'].map(read);
		started[0]?.resolve('x'.repeat(100));
		started[1]?.resolve('x'.repeat(2000));
		await Promise.all(both);
		void read('b');
		expect(started).toHaveLength(2);
		const larger = read('a');
		started[2]?.resolve('x'.repeat(5000));
		await larger;
		void read('a');
		expect(started).toHaveLength(4);
	});

	test('release all bytes of an entry, however it is removed', async () => {
		const { read, started, forget, pass } = setUp({ maxBytes: 2000 });
		for (let n = 0; n < 50; n++) {
			const one = read(`key ${n}`);
			if (n % 5) started.at(-1)?.resolve('x'.repeat(300));
			else started.at(-1)?.reject(new Error('no'));
			await one.catch(() => {});
			if (n % 2) forget(`key ${n}`);
			pass(100);
		}
		const count = started.length;
		const last = read('last');
		started.at(-1)?.resolve('x'.repeat(300));
		await last;
		await read('last');
		expect(started).toHaveLength(count + 1);
	});
});

describe('reading ahead', () => {
	async function settled() {
		const set = setUp();
		const first = set.readAhead('a');
		set.started[0]?.resolve('one');
		await first;
		return set;
	}

	test('returns a response that is about to expire, and has the next one ready when it does', async () => {
		const { readAhead, started, pass } = await settled();
		pass(149);
		expect(await readAhead('a')).toBe('one');
		expect(started).toHaveLength(1);
		pass(1);
		expect(await Promise.all([readAhead('a'), readAhead('a')])).toEqual(['one', 'one']);
		expect(started).toHaveLength(2);
		started[1]?.resolve('two');
		await Promise.resolve();
		expect(await readAhead('a')).toBe('two');
		pass(30);
		expect(await readAhead('a')).toBe('two');
		expect(started).toHaveLength(2);
	});

	test('never returns an expired response: a caller waits for the next read', async () => {
		const { read, readAhead, started, pass } = await settled();
		pass(220);
		void readAhead('a');
		pass(30);
		const late = [readAhead('a'), read('a')];
		started[1]?.resolve('two');
		expect(await Promise.all(late)).toEqual(['two', 'two']);
		expect(started).toHaveLength(2);
	});

	test('returns the valid response if the next read fails, and reads again', async () => {
		const { readAhead, started, pass } = await settled();
		pass(220);
		void readAhead('a');
		started[1]?.reject(new Error('away'));
		await Promise.resolve();
		expect(await readAhead('a')).toBe('one');
		expect(started).toHaveLength(3);
		pass(30);
		const late = readAhead('a');
		started[2]?.reject(new Error('still away'));
		await expect(late).rejects.toThrow('still away');
	});

	test('is spread over time for keys that were read at the same time', async () => {
		const { readAhead, started, pass } = setUp();
		const keys = Array.from({ length: 60 }, (_, n) => `key ${n}`);
		const first = keys.map(readAhead);
		for (const { resolve } of started) resolve('one');
		await Promise.all(first);
		const begun: number[] = [];
		for (let ms = 1; ms < 250; ms++) {
			pass(1);
			const before = started.length;
			for (const key of keys) void readAhead(key);
			begun.push(started.length - before);
		}
		expect(begun.reduce((sum, count) => sum + count)).toBe(60);
		expect(Math.max(...begun)).toBeLessThanOrEqual(3);
	});

	test('returns nothing from before a change', async () => {
		const { read, readAhead, forget, started, pass } = await settled();
		pass(220);
		void readAhead('a');
		forget('a');
		started[1]?.resolve('from before');
		await Promise.resolve();
		const after = read('a');
		started[2]?.resolve('changed');
		expect(await after).toBe('changed');
	});
});
