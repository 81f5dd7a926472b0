import { expect, test } from 'vitest';
import { locales, texts } from '$lib/i18n';
import {
	assuranceLevelOf,
	assuranceLevels,
	signInMeans,
	signInMeansIn
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
