import { describe, expect, test } from 'vitest';
import { type Locale, locales, texts } from '$lib/i18n';
import {
	assuranceLevelOf,
	assuranceLevels,
	signInMeans,
	signInMeansIn,
	walletFacts
} from '../../../../../src/routes/(member)/account/facts';

test.each([
	['https://refeds.org/profile/sfa', 'one-check'],
	['https://refeds.org/profile/mfa', 'extra-check'],
	['http://eidas.europa.eu/LoA/substantial', 'substantial'],
	['http://eidas.europa.eu/NotNotified/LoA/high', 'high'],
	['https://eduid.nl/trust/linked-institution', 'institution'],
	['https://eduid.nl/trust/validate-names-external', 'names'],
	['https://eduid.nl/trust/affiliation-student', 'student'],
	['http://surfconext.nl/assurance/loa1.5', 'extra-check'],
	['http://test2.surfconext.nl/assurance/loa3', 'strong-check'],
	['urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport', 'one-check']
])('the level %s has a description', (acr, level) => {
	expect(assuranceLevelOf(acr)).toBe(level);
});

test.each([
	null,
	'',
	'0',
	'urn:example:loa:7',
	'https://refeds.org/profile/mfa#x',
	'http://evil.example/surfconext.nl/assurance/loa1',
	'http://surfconext.nl/assurance/loa4',
	'constructor'
])('the level %j has no description, so a page does not show it', (acr) => {
	expect(assuranceLevelOf(acr)).toBeNull();
});

test('means of sign-in are listed in the order of the table, without duplicates or unknown ones', () => {
	expect(signInMeansIn(['hwk', 'urn:example', 'wallet', 'hwk', 'toString', ''])).toEqual(['wallet', 'hwk']);
});

test.each(locales)('every level and means of sign-in has a text in %s that is not its technical value', (locale) => {
	const { levels, meansOf } = texts(locale).account.session;
	expect(Object.keys(levels)).toEqual([...assuranceLevels]);
	expect(Object.keys(meansOf)).toEqual([...signInMeans]);
	const words = [...Object.values(levels), ...Object.values(meansOf)];
	const values: readonly string[] = [...assuranceLevels, ...signInMeans];
	expect(words.filter((word) => values.includes(word) || /[:/_]/.test(word))).toEqual([]);
});

describe('the times in a list', () => {
	const wallet = { id: 'w', provider: null, institution: null, providerId: null, institutionId: null };
	const [linked, used] = ['2026-07-01T12:05:00Z', '2026-01-01T23:30:00Z'];
	const timesOf = (locale: Locale, createdAt: string | null, lastUsedAt: string | null) =>
		walletFacts(texts(locale).account, locale, { ...wallet, createdAt, lastUsedAt })
			.map(({ value }) => value)
			.filter((value) => value !== null);

	test('are in Dutch time, and the first one says so', () => {
		expect(timesOf('en', linked, used)).toEqual(['1 July 2026 at 14:05 (Dutch time)', '2 January 2026 at 00:30']);
		expect(timesOf('nl', linked, used)).toEqual(['1 juli 2026 om 14:05 (Nederlandse tijd)', '2 januari 2026 om 00:30']);
	});

	test('say so if the only one is not the first line', () => {
		expect(timesOf('en', null, used)).toEqual(['2 January 2026 at 00:30 (Dutch time)']);
		expect(timesOf('en', null, null)).toEqual([]);
	});
});
