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

/**
 * The time zone of the institutions. The server's own may be any, and the server does not know the browser's. Pages call it
 * Dutch time (`account.dutchTime`): people there do not say `CET`.
 */
const TIME_ZONE = 'Europe/Amsterdam';

/** Formats a moment (ISO 8601) in words, in Dutch time: `23 november 2026 om 14:05`. Other text is returned unchanged. */
export function formatDateTime(locale: Locale, iso: string): string {
	const moment = new Date(iso);
	if (Number.isNaN(moment.getTime())) return iso;
	return formatter(locale, {
		day: 'numeric',
		month: 'long',
		year: 'numeric',
		hour: '2-digit',
		minute: '2-digit',
		timeZone: TIME_ZONE
	}).format(moment);
}

/** Formats a calendar date (`YYYY-MM-DD`) in words. Other text, such as a bare year, is returned unchanged. */
export function formatDate(locale: Locale, date: string): string {
	const day = new Date(`${date}T00:00:00Z`);
	if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(day.getTime())) return date;
	return formatter(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(day);
}

function formatter(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'nl-NL', options);
}
