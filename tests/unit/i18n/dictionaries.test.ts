import { expect, test } from 'vitest';
import { texts } from '$lib/i18n';
import { privacyStatement } from '$lib/i18n/privacy';
import { statement } from '$lib/i18n/statement';
import { signInErrors } from '$lib/server/auth/sign-in-errors';
import { identityOutcomes, idvReasons, walletOutcomes } from '$lib/wallet/view';

type Entry = readonly [path: string, value: unknown];

/** Every text and every function, with its path; `only` names a way to sign in. */
function entries(value: unknown, path: string): Entry[] {
	if (typeof value !== 'object' || value === null) return [[path, value]];
	const texts = Object.entries(value).filter(([key]) => key !== 'only');
	return texts.flatMap(([key, inner]) => entries(inner, `${path}.${key}`));
}

const dutch = [
	...entries(texts('nl'), 'texts'),
	...entries(statement('nl'), 'statement'),
	...entries(privacyStatement('nl'), 'privacy')
];
const english = [
	...entries(texts('en'), 'texts'),
	...entries(statement('en'), 'statement'),
	...entries(privacyStatement('en'), 'privacy')
];

const shape = ([path, value]: Entry) =>
	`${path}: ${typeof value === 'function' ? `function of ${value.length}` : typeof value}`;

test('both languages have the same texts, lists of the same length, and functions with the same parameters', () => {
	expect(dutch.map(shape)).toEqual(english.map(shape));
	expect(english.length).toBeGreaterThan(200);
});

test('no text is empty or has whitespace at its start or end', () => {
	const poor = [...dutch, ...english].filter(([, text]) => typeof text === 'string' && /^\s|^$|\s$/.test(text));
	expect(poor).toEqual([]);
});

test('no text is or contains an unfilled placeholder', () => {
	const placeholder = /[{}<>]|\$\w|%[a-z]\b|\b(?:TODO|TBD|FIXME|XXX|lorem|undefined)\b|\?\?\?/i;
	expect([...dutch, ...english].filter(([, text]) => typeof text === 'string' && placeholder.test(text))).toEqual([]);
});

test('no title ends with a full stop', () => {
	// The warning about the end of the session is a sentence in a notice.
	const isHeading = (path: string) => path.endsWith('.title') && path !== 'texts.account.ending.title';
	const titles = [...dutch, ...english].filter(([path]) => isHeading(path));
	expect(titles.length).toBeGreaterThan(100);
	expect(titles.filter(([, text]) => String(text).endsWith('.'))).toEqual([]);
});

test('Dutch texts are translated', () => {
	const same = dutch.filter(([, text], index) => typeof text === 'string' && text === english[index]?.[1]);
	expect(same.map(([path]) => path)).toEqual(['texts.site.menu', 'texts.account.technical.eduid']);
});

test.each(['nl', 'en'] as const)('every code, reason and outcome has a separate text in %s', (locale) => {
	const { login, wallet, identity } = texts(locale);
	expect(Object.keys(login.errors)).toEqual([...signInErrors]);
	expect(Object.keys(wallet.ended)).toEqual([...walletOutcomes]);
	expect(Object.keys(identity.ended)).toEqual([...identityOutcomes]);
	expect(Object.keys(identity.reasons)).toEqual([...idvReasons]);
	const whats = [login.errors, wallet.ended, identity.ended].flatMap((group) =>
		Object.values(group).map(({ what }) => what)
	);
	expect(new Set(whats).size).toBe(whats.length);
});

test.each(['nl', 'en'] as const)('announcements in %s have fewer than 15 words', (locale) => {
	const { wallet, identity } = texts(locale);
	const announced = [
		...[wallet.opened, wallet.checking, wallet.leaving, wallet.identifying].map((s) => s.announcement),
		...Object.values(identity.announcements),
		wallet.unreachable,
		wallet.noConnection,
		wallet.makingCode,
		wallet.nothingOpened.announcement,
		...Object.values(wallet.notices),
		`${wallet.remaining(20)} ${wallet.moreTime}`
	];
	const long = announced.map((text) => ({ words: text.split(/\s+/).length, text })).filter(({ words }) => words >= 15);
	expect(long, 'announcements of 15 words or more').toEqual([]);
});

test.each([
	['en', 120, 'You have 2 minutes left.'],
	['en', 60, 'You have 1 minute left.'],
	['en', 20, 'You have 20 seconds left.'],
	['nl', 120, 'U hebt nog 2 minuten.'],
	['nl', 60, 'U hebt nog 1 minuut.'],
	['nl', 20, 'U hebt nog 20 seconden.']
] as const)('in %s, %i remaining seconds are announced as "%s"', (locale, seconds, text) => {
	expect(texts(locale).wallet.remaining(seconds)).toBe(text);
});
