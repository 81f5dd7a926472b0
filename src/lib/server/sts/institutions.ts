import * as v from 'valibot';
import type { Locale } from '$lib/i18n/locale';
import { withinLimit } from '../clock';
import { config } from '../config';
import { log } from '../log';
import { EntryId, type Localised, readBoolean, readKeywords, readList, readLocalised } from '../upstream/lenient';
import { stsFetch } from './metadata';

const FRESH_MS = 60_000;
/**
 * After a failure, the list stays empty for this long before the STS is queried again. The login page then has one plain
 * button.
 */
const FAULT_MS = 10_000;

const MAX_INSTITUTIONS = 5000;
const MAX_KEYWORDS = 20;
const MAX_KEYWORD_CHARACTERS = 64;

const Listed = v.pipe(
	v.object({
		id: v.pipe(EntryId, v.maxLength(256)),
		name: v.pipe(
			v.unknown(),
			v.rawTransform<unknown, Localised>(({ dataset, addIssue, NEVER }) => {
				const names = readLocalised(dataset.value, 256);
				if (names === undefined) addIssue({ message: 'is no text' });
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
	readonly names: ReadonlyMap<string, Localised>;
}

const NONE: Institutions = { lists: { nl: [], en: [] }, names: new Map() };

/** What the last response contained. */
let previous: { readonly text: string; readonly institutions: Institutions } | undefined;
let cached: { readonly read: Promise<Institutions>; untilMs: number } | undefined;

/**
 * The institutions that the STS lists, with their names in the given language, sorted by name. Empty if the STS has no such
 * list (404) or the list can't be read.
 */
export async function institutions(locale: Locale, nowMs = performance.now()): Promise<readonly Institution[]> {
	return (await allInstitutions(nowMs)).lists[locale];
}

/** A page that only names an institution does not wait longer for the list. */
const NAME_LIMIT_MS = 1500;

/**
 * Finds the names of institutions, also of those that cannot be chosen at the moment.
 * @returns a function of an id, with null for an unknown one; all are unknown while the list cannot be read
 */
export async function institutionNames(
	locale: Locale,
	nowMs = performance.now()
): Promise<(id: string | null | undefined) => string | null> {
	const { names } = await withinLimit(allInstitutions(nowMs), NAME_LIMIT_MS).catch(() => NONE);
	return (id) => names.get(id ?? '')?.[locale] ?? null;
}

function allInstitutions(nowMs: number): Promise<Institutions> {
	if (!cached || nowMs >= cached.untilMs) {
		const entry = { read: readInstitutions(() => (entry.untilMs = nowMs + FAULT_MS)), untilMs: nowMs + FRESH_MS };
		cached = entry;
	}
	return cached.read;
}

async function readInstitutions(onFault: () => void): Promise<Institutions> {
	try {
		const response = await stsFetch(`${config().sts.issuer.replace(/(?<!\/)\/+$/, '')}/federation/providers`, {
			headers: { accept: 'application/json' }
		});
		if (response.status === 404) return NONE;
		if (!response.ok) throw new Error(`the STS answered ${response.status}`);
		const text = await response.text();
		// The same objects, so that what is derived from them stays cached.
		if (previous?.text === text) return previous.institutions;
		const listed: unknown = JSON.parse(text);
		const entries = readList('institutions', listed, Listed, { max: MAX_INSTITUTIONS, keyOf: ({ id }) => id });
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
		const all = {
			lists: { nl: inLocale('nl'), en: inLocale('en') },
			names: new Map(entries.map(({ id, names }) => [id, names]))
		};
		previous = { text, institutions: all };
		return all;
	} catch (error) {
		onFault();
		log.warn('the list of institutions could not be read', { error });
		return NONE;
	}
}
