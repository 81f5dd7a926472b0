import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { chooseInstitutions, institutionFile } from '$lib/server/sts/institution-search';
import { type Institution, institutions } from '$lib/server/sts/institutions';
import { RESULTS_PER_PAGE } from '$lib/ui/match-institution.js';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/sts/institutions', () => ({ institutions: vi.fn() }));

const listOf = (length: number): Institution[] =>
	Array.from({ length }, (_, n) => ({ id: `i${n}`, name: `School ${n}`, also: [`Q${n}`] }));

describe('the institutions on the login page', () => {
	test('are all shown without a search if there are few', () => {
		const few = listOf(8);
		expect(chooseInstitutions(few, 'School 1', '2')).toEqual({ total: 8, shown: few, isLong: false, search: null });
	});

	test('are not shown before a search if there are many', () => {
		expect(chooseInstitutions(listOf(9), null, null)).toEqual({ total: 9, shown: [], isLong: true, search: null });
	});

	test('are those that match the search', () => {
		const { shown, search } = chooseInstitutions(listOf(30), ' q17 ', null);
		expect(shown.map(({ id }) => id)).toEqual(['i17']);
		expect(search).toEqual({ query: 'q17', count: 1, page: 1, pages: 1 });
	});

	test.each([
		[null, 1, 'i0'],
		['1', 1, 'i0'],
		['2', 2, 'i20'],
		['150', 150, 'i2980'],
		['151', 150, 'i2980'],
		['999999', 150, 'i2980'],
		['0', 1, 'i0'],
		['-1', 1, 'i0'],
		['1e3', 1, 'i0'],
		['9'.repeat(400), 1, 'i0'],
		['x', 1, 'i0']
	])('are shown in pages after an empty search: page "%s" is page %i', (page, shownPage, first) => {
		const { shown, search } = chooseInstitutions(listOf(3000), ' ', page);
		expect(search).toEqual({ query: '', count: 3000, page: shownPage, pages: 150 });
		expect([shown.length, shown[0]?.id]).toEqual([RESULTS_PER_PAGE, first]);
	});

	test.each([
		['\u0000School\u0007 1\u200e', 'School  1'],
		[`${'x'.repeat(99)}😀`, `${'x'.repeat(99)}\ufffd`],
		['y '.repeat(5000), 'y '.repeat(50).trim()]
	])(
		'are searched without control characters, halves of characters and excess length of the query',
		(query, cleaned) => {
			expect(chooseInstitutions(listOf(30), query, null).search?.query).toBe(cleaned);
		}
	);
});

describe('the institution list as a file', () => {
	beforeEach(() => vi.mocked(institutions).mockReset());

	test('contains the id, the name and the other search terms, plain and compressed', async () => {
		vi.mocked(institutions).mockResolvedValue(listOf(2));
		const { json, gzip, digest, isEmpty } = (await institutionFile('nl')) ?? expect.fail('no file');
		const text = new TextDecoder().decode(json);
		expect(JSON.parse(text)).toEqual([
			['i0', 'School 0', '\nschool 0\nq0\n', '\ns0\n'],
			['i1', 'School 1', '\nschool 1\nq1\n', '\ns1\n']
		]);
		expect(isEmpty).toBe(false);
		expect(gunzipSync(gzip).toString()).toBe(text);
		expect(digest).toMatch(/^[\w-]{16}$/);
		expect(institutions).toHaveBeenCalledWith('nl');
	});

	test('does not exist while no list is known, and shows whether the list is empty', async () => {
		vi.mocked(institutions).mockResolvedValue(null);
		expect(await institutionFile('nl')).toBeNull();
		vi.mocked(institutions).mockResolvedValue([]);
		expect(await institutionFile('nl')).toMatchObject({ isEmpty: true });
	});

	test('is created once for each list, even for concurrent requests', async () => {
		const list = listOf(3);
		vi.mocked(institutions).mockResolvedValue(list);
		const files = await Promise.all([institutionFile('nl'), institutionFile('nl')]);
		expect(files[0]).toBe(files[1]);
		vi.mocked(institutions).mockResolvedValue([...list]);
		const other = await institutionFile('nl');
		expect(other?.json).not.toBe(files[0]?.json);
		expect(other?.digest).toBe(files[0]?.digest);
	});
});
