import { expect, test } from 'vitest';
import { pairwise } from '../../harness/pairwise';

const pages = Array.from({ length: 40 }, (_page, index) => `page ${index}`);
const colours = ['light', 'dark', 'forced colours'];
const sizes = ['desktop', 'tablet', 'phone'];
const rows = pairwise({ page: pages, colour: colours, size: sizes });

test('every pair of values of two factors occurs', () => {
	const met = (...values: string[]) => rows.some((row) => values.every((value) => Object.values(row).includes(value)));
	const lists = [
		[pages, colours],
		[pages, sizes],
		[colours, sizes]
	] as const;
	const unmet = lists.flatMap(([some, others]) =>
		some.flatMap((one) => others.filter((other) => !met(one, other)).map((other) => [one, other]))
	);
	expect(unmet).toEqual([]);
});

test('the number of rows is close to the product of the two longest factors', () => {
	expect(rows.length).toBeLessThanOrEqual(1.05 * pages.length * colours.length);
});

test('the combinations of the other factors are spread evenly', () => {
	const counts = colours.flatMap((colour) =>
		sizes.map((size) => rows.filter((row) => row.colour === colour && row.size === size).length)
	);
	expect(Math.min(...counts)).toBeGreaterThanOrEqual(12);
});

test('the result is the same each time, and factors may have one value or none', () => {
	expect(pairwise({ page: pages, colour: colours, size: sizes })).toEqual(rows);
	expect(pairwise({ page: ['only'], size: sizes })).toHaveLength(sizes.length);
	expect(pairwise({ page: [], size: sizes })).toEqual([]);
});
