/**
 * Reading what services behind the portal send: optional fields that are null, empty or of the wrong type count as absent,
 * and one bad entry of a list does not affect the others.
 */
import * as v from 'valibot';
import { log } from '../log';

/** How long entries of one list may be dropped before the log says so again. */
const REPORT_EVERY_MS = 60_000;
const MAX_LIST_NAMES = 100;
const reportedAtMs = new Map<string, number>();

type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The valid entries of a list, in order, each key once. What is dropped is counted in the log, at most once a minute.
 * @param name what the log calls the list
 * @param value null and absent count as empty; anything else that is no list throws
 * @param keyOf entries with the same key are duplicates: the first one stays
 * @throws {TypeError} when there is no list
 */
export function readList<Entry>(
	name: string,
	value: unknown,
	schema: v.GenericSchema<unknown, Entry>,
	{ max, keyOf }: { readonly max: number; readonly keyOf: (entry: Entry) => string }
): Entry[] {
	const list: unknown = value ?? [];
	if (!Array.isArray(list)) throw new TypeError(`${name} is no list`);
	const entries = new Map<string, Entry>();
	for (const item of list) {
		if (entries.size >= max) break;
		const result = v.safeParse(schema, item);
		if (result.success && !entries.has(keyOf(result.output))) entries.set(keyOf(result.output), result.output);
	}
	if (entries.size < list.length) reportDropped(name, list.length - entries.size, list.length);
	return [...entries.values()];
}

function reportDropped(list: string, dropped: number, total: number): void {
	const nowMs = performance.now();
	if (nowMs - (reportedAtMs.get(list) ?? -Infinity) < REPORT_EVERY_MS) return;
	if (reportedAtMs.size < MAX_LIST_NAMES) reportedAtMs.set(list, nowMs);
	log.warn('entries of a list were dropped: they are not valid', { list, dropped, total });
}

/** `true`, `"true"`, `1` and their opposites; anything else counts as absent, and is undefined. */
export function readBoolean(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim().toLowerCase() : '';
	if (text === 'true' || text === '1') return true;
	return text === 'false' || text === '0' ? false : undefined;
}

/**
 * A text for people: a string, `{nl: …, en: …}` or `[{lang: "nl", value: …}]`. Control characters are removed.
 * @returns by language; a plain string is the same for all. Undefined when there is none
 */
export function readLocalised(
	value: unknown,
	maxLength: number
): { readonly nl: string; readonly en: string } | undefined {
	const pairs = isObject(value)
		? Object.entries(value)
		: (Array.isArray(value) ? value : [])
				.filter(isObject)
				.map((each) => [each.lang ?? each.language, each.value] as const);
	const byLanguage = new Map<string, string>();
	for (const [language, text] of pairs.slice(0, 100)) {
		const cleaned = cleanText(text, maxLength);
		const name = typeof language === 'string' ? language.slice(0, 2).toLowerCase() : '';
		if (cleaned !== undefined && !byLanguage.has(name)) byLanguage.set(name, cleaned);
	}
	const plain = cleanText(value, maxLength);
	const any = plain ?? byLanguage.get('en') ?? byLanguage.get('nl') ?? [...byLanguage.values()][0];
	if (any === undefined) return undefined;
	return { nl: byLanguage.get('nl') ?? any, en: byLanguage.get('en') ?? any };
}

function cleanText(value: unknown, maxLength: number): string | undefined {
	if (typeof value !== 'string') return undefined;
	const text = value
		.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
		.trim()
		.slice(0, maxLength);
	return text === '' ? undefined : text;
}
