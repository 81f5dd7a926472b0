import * as v from 'valibot';
import type { Locale } from '$lib/i18n/locale';
import { withinLimit } from '../clock';
import { config } from '../config';
import { withoutTrailingSlash } from '../config/fields';
import { describeCause } from '../error-fields';
import { log } from '../log';
import { EntryId, type Localized, readBoolean, readKeywords, readList, readLocalized } from '../upstream/lenient';
import { createMetadataCache, RETRY_MS, stsFetch } from './metadata';

const FRESH_MS = 60_000;

const MAX_INSTITUTIONS = 5000;
const MAX_KEYWORDS = 20;
const MAX_KEYWORD_CHARACTERS = 64;

const Listed = v.pipe(
	v.object({
		id: v.pipe(EntryId, v.maxLength(256)),
		name: v.pipe(
			v.unknown(),
			v.rawTransform<unknown, Localized>(({ dataset, addIssue, NEVER }) => {
				const names = readLocalized(dataset.value, 256);
				if (names === undefined) addIssue({ message: 'is not a string' });
				return names ?? NEVER;
			})
		),
		keywords: v.optional(v.unknown()),
		enabled: v.optional(v.unknown())
	}),
	v.transform(({ id, name, keywords, enabled }) => ({
		id,
		names: name,
		keywords: readKeywords(keywords, { max: MAX_KEYWORDS, maxLength: MAX_KEYWORD_CHARACTERS }),
		isEnabled: readBoolean(enabled) ?? true
	}))
);

/** An institution to which the STS can send a person. */
export interface Institution {
	readonly id: string;
	readonly name: string;
	/** Its name in the portal's other language, if it differs, and its keywords. People can search for them. */
	readonly also: readonly string[];
}

interface Institutions {
	/** Those that can be chosen. */
	readonly lists: Readonly<Record<Locale, readonly Institution[]>>;
	/** The names of all, by id. */
	readonly names: ReadonlyMap<string, Localized>;
}

const NONE: Institutions = { lists: { nl: [], en: [] }, names: new Map() };

/** What the last list contained. */
let previous: { readonly text: string; readonly institutions: Institutions } | undefined;
/** When the list could not be read and no list from the last day was cached, and why. */
let failedMs = -Infinity;
let failure: unknown;

const cache = createMetadataCache<Institutions>({
	load: readInstitutions,
	freshMs: FRESH_MS,
	onStale: (cause) =>
		log.warn('the list of institutions could not be read: the last good one is used for up to a day', {
			cause: describeCause(cause)
		})
});

/**
 * The institutions that the STS lists, with their names in the given language, sorted by name. It is the same object while
 * the list stays the same. Empty if the STS has no such list (404).
 * @returns null if the list can't be read and no list from the last day is cached
 */
export async function institutions(locale: Locale): Promise<readonly Institution[] | null> {
	return (await allInstitutions())?.lists[locale] ?? null;
}

/**
 * Why the list can't be read, after `institutions` has returned null. The list is not read again for a few seconds after a
 * failure, so a later request may not have the error itself.
 */
export function listFailure(): unknown {
	return failure;
}

/** A page that only names an institution does not wait longer for the list. */
const NAME_LIMIT_MS = 1500;

/**
 * Finds the names of institutions, also of those that cannot be chosen at the moment.
 * @returns a function of an id, with null for an unknown one; all are unknown while no list is known
 */
export async function institutionNames(locale: Locale): Promise<(id: string | null | undefined) => string | null> {
	const known = await withinLimit(allInstitutions(), NAME_LIMIT_MS).catch(() => null);
	return (id) => known?.names.get(id ?? '')?.[locale] ?? null;
}

async function allInstitutions(): Promise<Institutions | null> {
	if (performance.now() < failedMs + RETRY_MS) return null;
	try {
		return await cache.current();
	} catch (error) {
		// Several callers share one read: the first one reports.
		if (performance.now() >= failedMs + RETRY_MS) log.warn('the list of institutions could not be read', { error });
		failedMs = performance.now();
		failure = error;
		return null;
	}
}

async function readInstitutions(): Promise<Institutions> {
	const url = `${withoutTrailingSlash(config().sts.issuer)}/federation/providers`;
	const response = await stsFetch(url, { headers: { accept: 'application/json' } }, 'institutions');
	if (response.status === 404) return NONE;
	if (!response.ok) throw new Error(`the STS responded with ${response.status}`);
	const text = await response.text();
	if (previous?.text === text) return previous.institutions;
	const read = parseInstitutions(text);
	const institutions = {
		lists: {
			nl: sameIfEqual(previous?.institutions.lists.nl, read.lists.nl),
			en: sameIfEqual(previous?.institutions.lists.en, read.lists.en)
		},
		names: read.names
	};
	previous = { text, institutions };
	return institutions;
}

/** The previous object if it has the same content, so that what is derived from it stays cached. */
function sameIfEqual<Value>(before: Value | undefined, after: Value): Value {
	return before !== undefined && JSON.stringify(before) === JSON.stringify(after) ? before : after;
}

/** @throws {TypeError} or {SyntaxError} if the text is not a list, or none of its entries is valid */
function parseInstitutions(text: string): Institutions {
	const listed: unknown = JSON.parse(text);
	const entries = readList('institutions', listed, Listed, { max: MAX_INSTITUTIONS, keyOf: ({ id }) => id });
	if (entries.length === 0 && Array.isArray(listed) && listed.length > 0)
		throw new TypeError('no entry of the list of institutions is valid');
	const inLocale = (locale: Locale) => {
		// `localeCompare` would find the rules of the language again for each pair.
		const { compare } = new Intl.Collator(locale);
		return entries
			.filter(({ isEnabled }) => isEnabled)
			.map(({ id, names, keywords }) => {
				const name = names[locale];
				const also = [...new Set([names.nl, names.en, ...keywords])].filter((other) => other !== name);
				return { id, name, also };
			})
			.sort((a, b) => compare(a.name, b.name));
	};
	return {
		lists: { nl: inLocale('nl'), en: inLocale('en') },
		names: new Map(entries.map(({ id, names }) => [id, names]))
	};
}
