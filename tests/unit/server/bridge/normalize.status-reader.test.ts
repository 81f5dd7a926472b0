import { expect, test, vi } from 'vitest';
import { createStatusReader } from '$lib/server/bridge/normalize';

test('unknown statuses count as pending, and are reported once each, fifty at most', () => {
	const warn = vi.fn();
	const read = createStatusReader(warn);
	for (let n = 0; n < 200; n++) for (const time of [1, 2]) expect(read(`STATUS_${n}`), String(time)).toBe('PENDING');
	expect(warn).toHaveBeenCalledTimes(50);
});

test('statuses that are not words share one report, so that none of them is stored', () => {
	const warn = vi.fn();
	const read = createStatusReader(warn);
	for (let n = 0; n < 200; n++) expect(read(`${n} ${'x'.repeat(100_000)}`)).toBe('PENDING');
	expect(warn.mock.calls).toEqual([[expect.any(String), { status: 'not a word' }]]);
});
