import { describe, expect, test } from 'vitest';
import { isLocale, preferredLocale } from '$lib/i18n';

describe('the language of a first visit', () => {
	test.each([
		[null, 'en'],
		['', 'en'],
		['nl', 'nl'],
		['NL-be', 'nl'],
		['nl-NL,nl;q=0.9,en;q=0.8', 'nl'],
		['en-GB,en;q=0.9,nl;q=0.8', 'en'],
		['nl;q=0.4,en;q=0.7', 'en'],
		['de,nl;q=0.5', 'nl'],
		['de,fr', 'en'],
		['*', 'en'],
		['nl,*;q=0.1', 'nl'],
		['*,nl;q=0.9', 'en'],
		['nl;q=0', 'en'],
		['nl;q=0,en;q=0.1', 'en'],
		['nl,en', 'nl'],
		['en,nl', 'en'],
		['nl;q=2', 'en'],
		['nl;q=abc', 'en'],
		['nlx', 'en'],
		['nl ; q=1.000 , en ; q=0.999', 'nl'],
		[';;,,;q=1', 'en']
	])('with Accept-Language "%s" is %s', (header, locale) => {
		expect(preferredLocale(header)).toBe(locale);
	});
});

test('only the supported languages are valid', () => {
	expect(['nl', 'en', 'NL', 'de', '', null, undefined, 1].filter(isLocale)).toEqual(['nl', 'en']);
});
