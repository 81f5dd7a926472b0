import { expect, test } from 'vitest';
import { parseByteRange } from '../../../src/entry/byte-range';

test.each([
	['bytes=0-3', { first: 0, last: 3 }],
	['bytes=4-', { first: 4, last: 9 }],
	['bytes=4-400', { first: 4, last: 9 }],
	['bytes=-3', { first: 7, last: 9 }],
	['bytes=-30', { first: 0, last: 9 }],
	['BYTES=9-9', { first: 9, last: 9 }]
])('"%s" of ten bytes is a part of them', (header, part) => {
	expect(parseByteRange(header, 10)).toEqual(part);
});

test.each(['bytes=10-', 'bytes=10-12', 'bytes=-0'])('"%s" of ten bytes can not be satisfied', (header) => {
	expect(parseByteRange(header, 10)).toBe('unsatisfiable');
});

test.each(['bytes=5-2', 'bytes=-', 'bytes=0-1,4-5', 'lines=0-3', 'bytes=a-b', ''])(
	'"%s" is ignored, so that the whole content is the answer',
	(header) => {
		expect(parseByteRange(header, 10)).toBeUndefined();
	}
);

test('no range of an empty file can be satisfied', () => {
	expect(parseByteRange('bytes=0-', 0)).toBe('unsatisfiable');
	expect(parseByteRange('bytes=-1', 0)).toBe('unsatisfiable');
});
