import { expect, test } from 'vitest';
import { clockDigits, spokenMarkSeconds } from '$lib/ui/countdown';

test('the remaining time is announced at two minutes, one minute and 20 seconds, and not before', () => {
	const announced: number[] = [];
	for (let left = 780; left >= 0; left--) {
		const mark = spokenMarkSeconds(left);
		if (mark !== announced.at(-1)) announced.push(mark);
	}
	expect(announced).toEqual([Infinity, 120, 60, 20]);
});

test('a mark is reached at exactly its second, not before', () => {
	expect(spokenMarkSeconds(60.4)).toBe(120);
	expect([120, 60, 20].map(spokenMarkSeconds)).toEqual([120, 60, 20]);
	expect(spokenMarkSeconds(20.1)).toBe(60);
});

test.each([
	[299.9, '4:59'],
	[60, '1:00'],
	[9, '0:09'],
	[0, '0:00'],
	[-3, '0:00']
])('%f seconds are shown as %s', (seconds, digits) => {
	expect(clockDigits(seconds)).toBe(digits);
});
