import type { Locale } from './locale';

/**
 * The time zone of the institutions. The server's own may be any, and the server does not know the browser's. Pages do not
 * name it: people there do not say `CET`.
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
