/** The languages of the portal, as BCP 47 tags. */
export const locales = ['nl', 'en'] as const;
export type Locale = (typeof locales)[number];

const DEFAULT_LOCALE: Locale = 'en';

/** The name of each language in that language, for the language switch. */
export const localeNames: Readonly<Record<Locale, string>> = { nl: 'Nederlands', en: 'English' };

export function isLocale(text: unknown): text is Locale {
	return locales.some((locale) => locale === text);
}

/**
 * The language of a first visit, from `Accept-Language` (RFC 9110 12.5.4). Dutch only if the browser prefers it to English,
 * or lists it first with equal weight; otherwise English.
 */
export function preferredLocale(acceptLanguage: string | null): Locale {
	let best: { locale: Locale; weight: number } = { locale: DEFAULT_LOCALE, weight: 0 };
	for (const range of (acceptLanguage ?? '').split(',')) {
		const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
		const locale = localeOf(tag);
		const weight = weightOf(parameters);
		if (locale && weight > best.weight) best = { locale, weight };
	}
	return best.locale;
}

function localeOf(tag: string): Locale | undefined {
	if (tag === '*') return DEFAULT_LOCALE;
	return locales.find((locale) => tag === locale || tag.startsWith(`${locale}-`));
}

/** The `q` of a language range: 1 if absent, 0 (not acceptable) if it is not a valid weight. */
function weightOf(parameters: readonly string[]): number {
	const quality = parameters.find((parameter) => parameter.startsWith('q='));
	if (quality === undefined) return 1;
	return /^q=(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(quality) ? Number(quality.slice(2)) : 0;
}
