import { describe, expect, test } from 'vitest';
import { locales, type Locale, texts } from '$lib/i18n';
import { privacyStatement } from '$lib/i18n/privacy';
import { statement } from '$lib/i18n/statement';

/** Longer sentences than this are hard to follow at level B1. */
const mostWords = 20;

/** Words of the trade, and other words for what already has one: people should learn each thing once. */
const unwanted: Readonly<Record<Locale, RegExp>> = {
	nl: /authenti|sessie|token|attribu|verifi|redirect|claim|protocol|aanmeld|afmeld|portemonnee|onderwijsinstelling|sterker inlog|extra controle|dan één stap|\b(je|jij|jou|jouw|jullie)\b/i,
	en: /authenti|session|token|attribute|verif|redirect|claim|protocol|credential|\blog ?in\b|\blog ?out\b|\bsign on\b|stronger sign-in|extra check\b|than one step/i
};

/** Every text, those that are made of a part included. */
function textsIn(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value === 'function') return [String((value as (part: string) => unknown)('7'))];
	return Object.values(value as object).flatMap(textsIn);
}

describe.each(locales)('(a11y 5) the texts in %s', (locale) => {
	const all = [texts(locale), statement(locale), privacyStatement(locale)].flatMap(textsIn);

	test('have short sentences', () => {
		const sentences = all.flatMap((text) => text.split(/(?<=[.?!:])\s+/));
		expect(sentences.length).toBeGreaterThan(300);
		const long = sentences
			.map((sentence) => ({ words: sentence.split(/\s+/).length, sentence }))
			.filter(({ words }) => words > mostWords);
		expect(long, `sentences of more than ${mostWords} words`).toEqual([]);
	});

	test('avoid jargon, and use one word for each thing', () => {
		const found = all.flatMap((text) => {
			const [word] = unwanted[locale].exec(text) ?? [];
			return word === undefined ? [] : [{ word, text }];
		});
		expect(found, 'texts with a word of `unwanted`').toEqual([]);
	});
});
