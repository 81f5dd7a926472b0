import { expect, test } from 'vitest';
import { clockDigits, spokenMarkSeconds } from '$lib/ui/countdown';

test('five minutes are said per minute, then at 60, 40 and 20 seconds', () => {
	const said: number[] = [];
	for (let left = 299; left >= 0; left--) {
		const mark = spokenMarkSeconds(left);
		if (mark !== said.at(-1)) said.push(mark);
	}
	expect(said).toEqual([300, 240, 180, 120, 60, 40, 20]);
});

test('a mark is passed at its second, not before', () => {
	expect(spokenMarkSeconds(60.4)).toBe(120);
	expect([60, 40, 20].map(spokenMarkSeconds)).toEqual([60, 40, 20]);
	expect(spokenMarkSeconds(20.1)).toBe(40);
});

test.each([
	[299.9, '4:59'],
	[60, '1:00'],
	[9, '0:09'],
	[0, '0:00'],
	[-3, '0:00']
])('%f seconds read %s', (seconds, digits) => {
	expect(clockDigits(seconds)).toBe(digits);
});
