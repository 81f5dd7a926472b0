import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryLimiter } from '$lib/server/http/rate-limit';

let nowMs = 1000;
beforeEach(() => void (nowMs = 1000));
const limiterOf = (maxBytes?: number) =>
	createMemoryLimiter({ points: 3, windowMs: 60_000, now: () => nowMs, ...(maxBytes && { maxBytes }) });

describe('an in-memory rate limiter', () => {
	test('allows a key its number of requests per window, and returns the remaining time of the window', () => {
		const count = limiterOf();
		expect([count('a'), count('a'), count('a')]).toEqual([0, 0, 0]);
		nowMs += 20_000;
		expect(count('a')).toBe(40_000);
		expect(count('b')).toBe(0);
		nowMs += 40_000;
		expect(count('a')).toBe(0);
	});

	test('is limited in bytes: new keys evict those that were counted longest ago', () => {
		const count = limiterOf(10_000);
		for (const key of ['old', 'old', 'old', 'busy', 'busy', 'busy']) count(key);
		for (let n = 0; n < 1000; n++) {
			count(`key ${n} ${'x'.repeat(50)}`);
			expect(count('busy')).toBe(60_000);
		}
		expect(count('old')).toBe(0);
	});
});
