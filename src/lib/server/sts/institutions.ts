import * as v from 'valibot';
import type { Locale } from '$lib/i18n/locale';
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

type Institutions = Readonly<Record<Locale, readonly Institution[]>>;

const NONE: Institutions = { nl: [], en: [] };

let cached: { readonly lists: Promise<Institutions>; untilMs: number } | undefined;

/**
 * The institutions that the STS lists, with their names in the given language, sorted by name. Empty if the STS has no such
 * list (404) or the list can't be read.
 */
export async function institutions(locale: Locale, nowMs = performance.now()): Promise<readonly Institution[]> {
	if (!cached || nowMs >= cached.untilMs) {
		const entry = { lists: readInstitutions(() => (entry.untilMs = nowMs + FAULT_MS)), untilMs: nowMs + FRESH_MS };
		cached = entry;
	}
	return (await cached.lists)[locale];
}

async function readInstitutions(onFault: () => void): Promise<Institutions> {
	try {
		const response = await stsFetch(`${config().sts.issuer.replace(/(?<!\/)\/+$/, '')}/federation/providers`, {
			headers: { accept: 'application/json' }
		});
		if (response.status === 404) return NONE;
		if (!response.ok) throw new Error(`the STS answered ${response.status}`);
		const listed: unknown = await response.json();
		const entries = readList('institutions', listed, Listed, { max: MAX_INSTITUTIONS, keyOf: ({ id }) => id });
		const inLocale = (locale: Locale) => {
			// `localeCompare` would find the rules of the language again for each pair.
			const { compare } = new Intl.Collator(locale);
			return entries
				.filter(({ isEnabled }) => isEnabled)
				.map(({ id, names, keywords }) => {
					const name = names[locale];
					const also = [...new Set([names.nl, names.en, ...keywords])].filter((text) => text !== name);
					return { id, name, also };
				})
				.sort((a, b) => compare(a.name, b.name));
		};
		return { nl: inLocale('nl'), en: inLocale('en') };
	} catch (error) {
		onFault();
		log.warn('the list of institutions could not be read', { error });
		return NONE;
	}
}
