/**
 * Reads what the services behind the portal send. Optional fields that are null, empty or of the wrong type count as absent,
 * and one bad entry of a list does not affect the others.
 *
 * Not read this way, because a guess could let the wrong person in or send a browser to the wrong place: `iss`, `aud`,
 * `sub`, `nonce`, `azp`, `exp` and `iat` of tokens, signatures, tokens themselves, redirect targets, and the
 * session that an Auth Bridge response names. A bad value there makes the whole token or response invalid.
 */
import * as v from 'valibot';
import type { Locale } from '$lib/i18n/locale';
import { log } from '../log';

/** The shortest time between two log entries about dropped entries of the same list. */
const REPORT_EVERY_MS = 60_000;
const MAX_LIST_NAMES = 100;
const MAX_STRINGS = 100;
const reportedAtMs = new Map<string, number>();

type Json = Readonly<Record<string, unknown>>;

/** A text for people in each language of the portal. */
export type Localized = Readonly<Record<Locale, string>>;

/** JSON of another service; undefined for any other text. The content decides: some send JSON without its content type. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

export function isHttpUrl(text: string): boolean {
	return /^https?:\/\//i.test(text) && URL.canParse(text);
}

export function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The valid entries of a list, in order, each key once. Dropped entries are counted in the log, at most once a minute.
 * @param name of the list, for the log
 * @param value null and absent count as an empty list
 * @param keyOf entries with the same key are duplicates; the first one is used
 * @throws {TypeError} if the value is not a list
 */
export function readList<Entry>(
	name: string,
	value: unknown,
	schema: v.GenericSchema<unknown, Entry>,
	{ max, keyOf }: { readonly max: number; readonly keyOf: (entry: Entry) => string }
): Entry[] {
	const list: unknown = value ?? [];
	if (!Array.isArray(list)) throw new TypeError(`${name} is not a list`);
	const entries = new Map<string, Entry>();
	for (const item of list) {
		if (entries.size >= max) break;
		const result = v.safeParse(schema, item);
		if (result.success && !entries.has(keyOf(result.output))) entries.set(keyOf(result.output), result.output);
	}
	reportDropped(name, { used: entries.size, total: list.length });
	return [...entries.values()];
}

/** Logs a warning if entries of a list were dropped, at most once a minute for each list. */
export function reportDropped(list: string, { used, total }: { readonly used: number; readonly total: number }): void {
	if (used >= total) return;
	const nowMs = performance.now();
	if (nowMs - (reportedAtMs.get(list) ?? -Infinity) < REPORT_EVERY_MS) return;
	if (reportedAtMs.size < MAX_LIST_NAMES) reportedAtMs.set(list, nowMs);
	log.warn('entries of a list were dropped: they are invalid, duplicate or too many', {
		list,
		dropped: total - used,
		total
	});
}

/**
 * An optional list, of which entries that are not valid are dropped and counted in the log. Anything else counts as one
 * dropped entry.
 */
export function optionalList<Entry>(
	name: string,
	schema: v.GenericSchema<unknown, Entry>,
	limits: { readonly max: number; readonly keyOf: (entry: Entry) => string }
) {
	const read = (value: unknown): readonly Entry[] => {
		if (value === null || Array.isArray(value)) return readList(name, value, schema, limits);
		reportDropped(name, { used: 0, total: 1 });
		return [];
	};
	return v.optional(v.pipe(v.unknown(), v.transform(read)), []);
}

/**
 * The texts of a list, in order, each once. A single text counts as a list of words separated by spaces,
 * as in `scope` (RFC 6749 3.3). Anything else is dropped.
 * @returns empty when there is no text
 */
export function readStrings(value: unknown, max = MAX_STRINGS): string[] {
	const list: readonly unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/\s+/) : [];
	const texts = list.filter((item) => typeof item === 'string').map((text) => text.trim());
	return [...new Set(texts.filter((text) => text !== ''))].slice(0, max);
}

/**
 * Keywords in all languages: a list of texts, a text of words separated by spaces, commas or semicolons, or either of them
 * as `{nl: …, en: …}` or `[{lang: "nl", value: …}]`. In a text of words, `+` stands for a space (SAML metadata, `mdui:Keywords`).
 * Control characters are removed. Anything else, and what is longer than `maxLength`, is dropped.
 * @returns each keyword once, in order; empty when there is none
 */
export function readKeywords(
	value: unknown,
	{ max, maxLength }: { readonly max: number; readonly maxLength: number }
): string[] {
	const items = Array.isArray(value)
		? value.slice(0, MAX_STRINGS).flatMap((item: unknown) => (isObject(item) ? keywordsOf(item.value) : [item]))
		: isObject(value)
			? Object.values(value).slice(0, MAX_STRINGS).flatMap(keywordsOf)
			: keywordsOf(value);
	const keywords = new Set<string>();
	for (const item of items) {
		const keyword = cleanText(item, maxLength + 1);
		if (keyword !== undefined && keyword.length <= maxLength) keywords.add(keyword);
		if (keywords.size >= max) break;
	}
	return [...keywords];
}

function keywordsOf(value: unknown): readonly unknown[] {
	if (Array.isArray(value)) return value;
	return typeof value === 'string' ? value.split(/[\s,;]+/).map((word) => word.replaceAll('+', ' ')) : [];
}

/** In UTF-16 code units. OpenID Connect allows a subject 255 (Core 2). */
const MAX_IDENTIFIER = 1024;

/**
 * Whether a value can identify a person, a session or an entry of a list: a string that is not blank, has no control
 * characters or lone surrogates, and is not `.` or `..`, which the URL parser would remove. Values of other types are not
 * converted: two people whose ids are both `false` would become one.
 */
export function isIdentifier(value: unknown): value is string {
	return (
		typeof value === 'string' &&
		value.length <= MAX_IDENTIFIER &&
		value.trim() !== '' &&
		value.isWellFormed() &&
		!/^\.{1,2}$|\p{Cc}/u.test(value)
	);
}

/** The id of an entry in a list: a string, or an integer that JSON has not rounded. */
export const EntryId = v.pipe(
	v.union([v.string(), v.pipe(v.number(), v.safeInteger())]),
	v.transform(String),
	v.trim(),
	v.check((text) => isIdentifier(text))
);

/** Reads `true`, `"true"`, `1` and their opposites. Anything else counts as absent, and results in undefined. */
export function readBoolean(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim().toLowerCase() : '';
	if (text === 'true' || text === '1') return true;
	return text === 'false' || text === '0' ? false : undefined;
}

/** A smaller number is a time in seconds: as milliseconds it would be a date before March 1973. */
const MAX_SECONDS = 1e11;
/** The last time that JavaScript can represent. */
const MAX_INSTANT_MS = 8.64e15;

/**
 * Unix time in whole milliseconds, from a number or its digits (milliseconds or seconds, which may have decimals, as Java's
 * Jackson writes an `Instant`), or from an ISO 8601 string. Anything else, and a time before 1970, results in undefined.
 */
export function readInstant(value: unknown): number | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const read = typeof value === 'string' && !/^\d+(?:\.\d+)?$/.test(value) ? Date.parse(value) : Number(value);
	const ms = Math.floor(read < MAX_SECONDS ? read * 1000 : read);
	return ms >= 0 && ms <= MAX_INSTANT_MS ? ms : undefined;
}

/**
 * A text for people: a string, `{nl: …, en: …}` or `[{lang: "nl", value: …}]`. Control characters are removed.
 * @returns the text of each language, or else the English, the Dutch or the first one. A plain string serves all languages.
 * Undefined if there is no text
 */
export function readLocalized(value: unknown, maxLength: number): Localized | undefined {
	const texts = textsByLanguage(value, maxLength);
	const any = cleanText(value, maxLength) ?? texts.get('en') ?? texts.get('nl') ?? [...texts.values()][0];
	return any === undefined ? undefined : { nl: texts.get('nl') ?? any, en: texts.get('en') ?? any };
}

/** Keyed by the first part of the language tag (BCP 47), in lower case. The first text of a language is used. */
function textsByLanguage(value: unknown, maxLength: number): ReadonlyMap<string, string> {
	const texts = new Map<string, string>();
	const items = Array.isArray(value) ? value.filter(isObject) : [];
	const pairs: readonly (readonly [unknown, unknown])[] = isObject(value)
		? Object.entries(value)
		: items.map((item) => [item.lang ?? item.language, item.value]);
	for (const [tag, item] of pairs.slice(0, MAX_STRINGS)) {
		const text = cleanText(item, maxLength);
		const [language = ''] = typeof tag === 'string' ? tag.toLowerCase().split(/[-_]/) : [];
		if (text !== undefined && !texts.has(language)) texts.set(language, text);
	}
	return texts;
}

/**
 * Letters, digits and the punctuation of names. A name has a space, or a capital letter first and no digit. Two small letters
 * around a dot are part of a host name.
 */
const NAME = /^(?=\p{Lu}\P{N}*$|.*\s)(?!.*\p{Ll}\.\p{Ll})[\p{L}\p{M}\p{N} .,'’&()+–-]+$/u;

/**
 * The text if it is a name for people. Null for the technical values that some services send instead: ids, host names and
 * addresses.
 */
export function nameForPeople(text: string | null | undefined): string | null {
	return typeof text === 'string' && NAME.test(text) ? text : null;
}

function cleanText(value: unknown, maxLength: number): string | undefined {
	if (typeof value !== 'string') return undefined;
	const text = value
		.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
		.trim()
		.slice(0, maxLength)
		// The cut must not leave half of a surrogate pair.
		.replace(/[\uD800-\uDBFF]$/, '');
	return text === '' ? undefined : text;
}
