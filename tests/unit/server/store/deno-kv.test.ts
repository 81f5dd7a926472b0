import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDenoKvStore } from '$lib/server/store/deno-kv';

const NOW_MS = 1_800_000_000_000;

/** Deno KV as the store uses it, on a Node that has none: what was set, and a `get` that a test can replace. */
const values = new Map<string, unknown>();
const set = vi.fn((key: readonly string[], value: unknown, _options: { expireIn: number }) => {
	values.set(key.join(), value);
	return change;
});
const change = { check: () => change, set, commit: () => Promise.resolve({ ok: true }) };
const get = vi.fn((key: readonly string[]) => Promise.resolve({ value: values.get(key.join()), versionstamp: '1' }));
const openKv = () => Promise.resolve({ get, atomic: () => change, close: () => {} });

beforeEach(() => {
	values.clear();
	set.mockClear();
	vi.stubGlobal('Deno', { openKv });
	vi.useFakeTimers({ now: NOW_MS, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

test('a written value carries its own expiry, and also expires by the clock of Deno KV', async () => {
	const store = await createDenoKvStore(undefined);
	await store.write('a', 'one', 59_999.25);
	await store.replace('a', await store.read('a'), 'two', 10_000);
	expect(set.mock.calls).toEqual([
		[['portal', 'a'], { text: 'one', untilMs: NOW_MS + 59_999.25 }, { expireIn: 60_000 }],
		[['portal', 'a'], { text: 'two', untilMs: NOW_MS + 10_000 }, { expireIn: 10_000 }]
	]);
	vi.setSystemTime(NOW_MS + 10_000);
	expect(await store.read('a')).toBeNull();
});

test('the value that a check writes expires after ten seconds', async () => {
	await (await createDenoKvStore(undefined)).verify();
	expect(set.mock.calls.map(([, , { expireIn }]) => expireIn)).toEqual([10_000]);
});

test('a Deno KV that does not respond times out after a second', async () => {
	const store = await createDenoKvStore(undefined);
	get.mockReturnValueOnce(new Promise(() => {}));
	const reading = expect(store.read('a')).rejects.toMatchObject({ name: 'TimeoutError' });
	await vi.advanceTimersByTimeAsync(1000);
	await reading;
});
