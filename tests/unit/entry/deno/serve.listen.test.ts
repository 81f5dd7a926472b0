import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { log } from '../../../../src/lib/server/log';
import { servedUntilClosed } from '../../../../src/entry/deno/serve';

beforeEach(() => vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a server that stops accepting connections is restarted until it is closed, and each failure is logged', async () => {
	const logged = vi.spyOn(log, 'error').mockImplementation(() => {});
	let close: () => void = () => {};
	const outcomes: (() => Promise<void>)[] = [
		() => Promise.reject(new Error('Too many open files')),
		() => {
			throw new Error('the address is in use');
		},
		() => new Promise((resolve) => (close = resolve))
	];
	let attempts = 0;
	const again = () => ({ finished: outcomes[attempts++]?.() ?? Promise.resolve() });
	let isOver = false;
	void servedUntilClosed({ finished: Promise.reject(new Error('Too many open files')) }, again).then(
		() => (isOver = true)
	);

	await vi.advanceTimersByTimeAsync(0);
	expect([attempts, logged.mock.calls.length]).toEqual([0, 1]);
	await vi.advanceTimersByTimeAsync(60_000);
	expect([attempts, logged.mock.calls.length, isOver]).toEqual([3, 3, false]);
	close();
	await vi.advanceTimersByTimeAsync(0);
	expect(isOver).toBe(true);
});
