import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { log } from '$lib/server/log';
import {
	isObject,
	nameForPeople,
	readBoolean,
	readKeywords,
	readList,
	readLocalized,
	readStrings,
	reportDropped
} from '$lib/server/upstream/lenient';

const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
beforeEach(() => {
	vi.useFakeTimers({ toFake: ['performance'] });
	warned.mockClear();
});
afterEach(() => vi.useRealTimers());

const Entry = v.object({ id: v.string() });
const ids = (name: string, value: unknown, max = 10) =>
	readList(name, value, Entry, { max, keyOf: ({ id }) => id }).map(({ id }) => id);

describe('a list', () => {
	test('drops only invalid entries and duplicates', () => {
		expect(ids('mixed', [null, { id: 'a' }, 'b', { id: 3 }, [], { id: 'c' }, { id: 'a', again: true }])).toEqual([
			'a',
			'c'
		]);
		expect(warned).toHaveBeenCalledWith(expect.any(String), { list: 'mixed', dropped: 5, total: 7 });
	});

	test.each([null, undefined, []])('is empty if it is %j', (value) => {
		expect(ids('empty', value)).toEqual([]);
		expect(warned).not.toHaveBeenCalled();
	});

	test.each(['a', 7, {}, true])('cannot be read from %j', (value) => {
		expect(() => ids('none', value)).toThrow(TypeError);
	});

	test('is limited to a maximum number of entries', () => {
		expect(
			ids(
				'long',
				Array.from({ length: 1000 }, (_, index) => ({ id: String(index) })),
				3
			)
		).toEqual(['0', '1', '2']);
	});

	test('with invalid entries is reported once a minute, separately from other lists', () => {
		for (let second = 0; second < 60; second++) {
			ids('bad', [null]);
			vi.advanceTimersByTime(1000);
		}
		expect(warned).toHaveBeenCalledTimes(1);
		ids('bad', [null]);
		reportDropped('other', { used: 1, total: 2 });
		expect(warned).toHaveBeenCalledTimes(3);
	});
});

test.each<[unknown, string[]]>([
	[
		['a', ' b ', '', 'a', null, 7, {}],
		['a', 'b']
	],
	['openid  profile\temail', ['openid', 'profile', 'email']],
	[' ', []],
	[null, []],
	[7, []],
	[{ 0: 'a' }, []]
])('the texts of %j are %j', (value, texts) => expect(readStrings(value)).toEqual(texts));

test.each<[unknown, string[]]>([
	[
		['a b', ' c ', '', 'a b', null, 7, ['x']],
		['a b', 'c']
	],
	['a  b,c;d e+f', ['a', 'b', 'c', 'd', 'e f']],
	[{ nl: 'a b', en: ['c d', 'a'], de: 7 }, ['a', 'b', 'c d']],
	[
		[{ lang: 'nl', value: 'a b' }, { lang: 'en', value: ['c d'] }, { lang: 'de' }, 'e f'],
		['a', 'b', 'c d', 'e f']
	],
	[
		['a\u0000\u202eb', '123456789', '12345678'],
		['a b', '12345678']
	],
	[' ', []],
	[null, []],
	[7, []]
])('the keywords of %j are %j', (value, keywords) => {
	expect(readKeywords(value, { max: 10, maxLength: 8 })).toEqual(keywords);
});

test.each([
	Array.from({ length: 1000 }, (_, n) => `k${n}`),
	Array.from({ length: 1000 }, (_, n) => `k${n}`).join(' '),
	Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`l${n}`, `k${n}`]))
])('only the first of many keywords are read', (value) => {
	expect(readKeywords(value, { max: 3, maxLength: 8 })).toEqual(['k0', 'k1', 'k2']);
});

test('at most a hundred texts of a long list are read', () => {
	expect(readStrings(Array.from({ length: 1000 }, (_, index) => String(index)))).toHaveLength(100);
});

test.each<[unknown, boolean | undefined]>([
	[true, true],
	['true', true],
	[' TRUE ', true],
	[1, true],
	['1', true],
	[false, false],
	['False', false],
	[0, false],
	['yes', undefined],
	['', undefined],
	[2, undefined],
	[null, undefined],
	[[true], undefined]
])('%j means %j', (value, meaning) => expect(readBoolean(value)).toBe(meaning));

describe('a localized text', () => {
	test.each<[unknown, string, string]>([
		['Noord', 'Noord', 'Noord'],
		[' A\u0000\u202eB ', 'A B', 'A B'],
		[{ nl: 'Noord', en: 'North' }, 'Noord', 'North'],
		[{ 'nl-NL': 'Noord', en_GB: 'North' }, 'Noord', 'North'],
		[{ NL: 'Noord', de: 'Nord' }, 'Noord', 'Noord'],
		[{ en: 'North', de: 'Nord' }, 'North', 'North'],
		[{ fr: 'Nord', de: 'Norden' }, 'Nord', 'Nord'],
		[{ nl: '', en: 'North' }, 'North', 'North'],
		[{ nl: null, fr: 'Nord' }, 'Nord', 'Nord'],
		[
			[
				{ lang: 'en', value: 'North' },
				{ language: 'nl', value: 'Noord' }
			],
			'Noord',
			'North'
		],
		[[null, 'x', { lang: 7, value: 'North' }], 'North', 'North']
	])('%j is %j in Dutch, %j in English', (value, nl, en) => {
		expect(readLocalized(value, 100)).toEqual({ nl, en });
	});

	test.each([null, undefined, '', ' ', 7, {}, [], { nl: 7 }, ['Noord']])('is not %j', (value) => {
		expect(readLocalized(value, 100)).toBeUndefined();
	});

	test('is truncated between two characters', () => {
		expect(readLocalized('abcdef', 3)?.en).toBe('abc');
		expect(readLocalized('ab😀', 3)?.en).toBe('ab');
	});
});

test.each<[unknown, boolean]>([
	[{}, true],
	[[], false],
	[null, false],
	['{}', false]
])('%j is an object: %j', (value, is) => expect(isObject(value)).toBe(is));

describe('a human-readable name', () => {
	test.each([
		'eduID wallet',
		'Yivi',
		'NL Wallet',
		'Universiteit Noord',
		'Hogeschool ’t Gooi',
		'St. Olaf (Delft)',
		'جامعة الشمال'
	])('is %s', (name) => {
		expect(nameForPeople(name)).toBe(name);
	});

	test.each([
		undefined,
		null,
		'',
		'eduid-wallet',
		'uni-noord.example',
		'Wallet.example.org',
		'https://wallet.example/ provider',
		'urn:collab:person:uni-noord.example:sanne',
		'550e8400-e29b-41d4-a716-446655440000',
		'A1B2C3D4',
		'PROVIDER_ONE',
		'sanne@uni-noord.example',
		'1234'
	])('is not %j', (technical) => {
		expect(nameForPeople(technical)).toBeNull();
	});
});
