import { describe, expect, test } from 'vitest';
import { entriesOf, findInstitutions, fold, prepareInstitutions, rowsOf } from '$lib/ui/match-institution.js';

/** Names, or names with what else people can search for. */
const listed = (...entries: (string | [name: string, ...also: string[]])[]) =>
	prepareInstitutions(
		entries.map((entry) => {
			const [name, ...also]: [string, ...string[]] = typeof entry === 'string' ? [entry] : entry;
			return { name, also };
		})
	);
const find = (list: ReturnType<typeof listed>, query: string) => findInstitutions(list, query).map(({ name }) => name);

test('a browser finds the same institutions in the rows of a prepared list as the server in the list', () => {
	const entries = prepareInstitutions([
		{ id: 'hva', name: 'Hogeschool van Amsterdam', also: ['Polytechnic'] },
		{ id: 'c', name: 'Hogeschool Curaçao', also: [] }
	]);
	const received = entriesOf(JSON.parse(JSON.stringify(rowsOf(entries))) as ReturnType<typeof rowsOf>);
	for (const query of ['hva', 'HOGE', 'curacao', 'poly', 'nobody'])
		expect(findInstitutions(received, query).map(({ id }) => id)).toEqual(
			findInstitutions(entries, query).map(({ id }) => id)
		);
	expect(findInstitutions(received, 'hva')).toEqual([{ id: 'hva', name: 'Hogeschool van Amsterdam' }]);
});

describe('an institution is found', () => {
	test.each([
		['Universiteit Noord', 'noord'],
		['Universiteit Noord', '  NOORD  '],
		['Universiteit Noord', 'noord univ'],
		['Universiteit Noord', 'noord noord univ noord'],
		['Hogeschool Curaçao', 'curacao'],
		['Hogeschool Curacao', 'Curaçao'],
		['Roc Île-de-Mer', 'ile de mer'],
		['Universiteit (Noord)', 'universiteit ('],
		['King’s College', 'kings'],
		["King's College", 'king’s col'],
		['University of St. Gallen', 'st gallen'],
		['Københavns Universitet', 'kobenhavn'],
		['Uniwersytet Łódzki', 'lodzki'],
		['Universität Weiß', 'weiss'],
		['Σχολή Άλφας', 'ΣΧΟΛΗ αλφας'],
		['İstanbul Üniversitesi', 'istanbul'],
		['Rijks\u00ADuniversiteit', 'rijksuniversiteit'],
		['東京大学', '東京']
	])('%s with "%s"', (name, query) => {
		expect(find(listed(name), query)).toEqual([name]);
	});

	test.each([
		['Hogeschool van Amsterdam', 'HvA'],
		['Universiteit van Amsterdam', 'UvA'],
		['Vrije Universiteit Amsterdam', 'VU'],
		['Vrije Universiteit Amsterdam', 'vu amsterdam'],
		['Rijksuniversiteit Groningen', 'RUG'],
		['Rijksuniversiteit Groningen', 'r.u.g.'],
		['Technische Universiteit Eindhoven', 'TU/e'],
		['Technische Universiteit Delft', 'tu delft'],
		['Hogeschool van Arnhem en Nijmegen', 'HAN'],
		['Hogeschool voor de Kunsten Utrecht', 'hku'],
		['Hogeschool Utrecht', 'HU'],
		['ROC van Twente', 'rocvt'],
		['Massachusetts Institute of Technology', 'MIT'],
		['Fachhochschule Köln', 'fhk'],
		['UNIVERSITEIT VAN AMSTERDAM', 'UvA']
	])('%s by its abbreviation "%s"', (name, query) => {
		expect(find(listed(name), query)).toEqual([name]);
	});

	test.each(['noordelijk', 'northern university', 'University Northern', 'NUA', 'art', 'nu'])(
		'by its name in another language, its abbreviation there, or a keyword: %s',
		(query) => {
			const name = 'Noordelijke Universiteit';
			expect(find(listed([name, 'Northern University', 'art', 'N.U.A.'], 'Elders'), query)).toEqual([name]);
		}
	);
});

test.each(['zuid', 'noord zuid', '.*', '(', '\u0000\u0007', '<b>', 'unv', '', '   '])('"%s" finds nothing', (query) => {
	expect(find(listed('Universiteit Noord'), query)).toEqual([]);
});

describe('the order of results', () => {
	test('is exact abbreviation or name, start of the name, start of another name, start of a word, inside a word', () => {
		const list = listed(
			'Aardamsterhof',
			'Academie Amsterveen',
			['Beta College', 'Amster Institute'],
			'Amsterdamse Academie',
			['Zeta School', 'AMSTER']
		);
		expect(find(list, 'amster')).toEqual([
			'Zeta School',
			'Amsterdamse Academie',
			'Beta College',
			'Academie Amsterveen',
			'Aardamsterhof'
		]);
	});

	test('is that of the list for matches of the same quality', () => {
		const names = ['School Delta', 'School Alpha', 'School Charlie', 'School Bravo'];
		expect(find(listed(...names), 'school')).toEqual(names);
	});

	test('puts an abbreviation before names that only contain its letters', () => {
		const list = listed('Academie Huvahoek', 'Hogeschool van Amsterdam');
		expect(find(list, 'hva')[0]).toBe('Hogeschool van Amsterdam');
		expect(find(list, 'uva')).toEqual(['Academie Huvahoek']);
	});
});

test('a long query is truncated, and only its first distinct words are used', () => {
	const list = listed('a b c d e f g h', 'Universiteit Noord');
	expect(find(list, 'a b c d e f g h x')).toEqual(['a b c d e f g h']);
	expect(find(list, `noord${' '.repeat(95)}zuid`)).toEqual(['Universiteit Noord']);
});

test('folding is idempotent', () => {
	for (const text of ['Île-de-Mer', '  Ǆ ﬁ Ⅷ ', 'ΆΣ', 'कि', '한국', 'İ', 'a\u0301\u200db'])
		expect(fold(fold(text))).toBe(fold(text));
});
