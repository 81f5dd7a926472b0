import type { Locale } from '$lib/i18n/locale';
import {
	findInstitutions,
	MAX_QUERY_CHARACTERS,
	prepareInstitutions,
	RESULTS_PER_PAGE,
	rowsOf
} from '$lib/ui/match-institution.js';
import { digestOf } from '../seal';
import { type Institution, institutions } from './institutions';

/** A list with more institutions than this has a search field. */
const MAX_WITHOUT_SEARCH = 8;

/** The institutions on one page of the login page. */
export interface InstitutionChoice {
	/** The length of the whole list; 0 if there is nothing to choose from. */
	readonly total: number;
	/** All of them if the list is short, else the results of the search. */
	readonly shown: readonly Institution[];
	/** Whether the list is so long that people have to search. */
	readonly isLong: boolean;
	/** Null until the first search. */
	readonly search: InstitutionSearch | null;
}

interface InstitutionSearch {
	/** Empty for the whole list. */
	readonly query: string;
	readonly count: number;
	/** The page of results, from 1. */
	readonly page: number;
	readonly pages: number;
}

/**
 * What the login page shows of a list: all of a short one, or one page of results.
 * @param query null without a search; an empty one finds all institutions
 * @param page unchecked, from the address; the nearest page that exists is used
 */
export function chooseInstitutions(
	listed: readonly Institution[],
	query: string | null,
	page: string | null
): InstitutionChoice {
	const total = listed.length;
	if (total <= MAX_WITHOUT_SEARCH) return { total, shown: listed, isLong: false, search: null };
	if (query === null) return { total, shown: [], isLong: true, search: null };

	const text = cleanQuery(query);
	const found = text === '' ? listed : findInstitutions(preparedOf(listed), text);
	const pages = Math.max(1, Math.ceil(found.length / RESULTS_PER_PAGE));
	const current = Math.min(/^\d{1,6}$/.test(page ?? '') ? Math.max(1, Number(page)) : 1, pages);
	const shown = found.slice((current - 1) * RESULTS_PER_PAGE, current * RESULTS_PER_PAGE);
	return { total, shown, isLong: true, search: { query: text, count: found.length, page: current, pages } };
}

function cleanQuery(query: string): string {
	return query
		.slice(0, MAX_QUERY_CHARACTERS)
		.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
		.toWellFormed()
		.trim();
}

const prepared = new WeakMap<readonly Institution[], ReturnType<typeof prepareInstitutions<Institution>>>();

/** Prepares each list once: it is the same object until it is read again. */
function preparedOf(listed: readonly Institution[]) {
	const entries = prepared.get(listed) ?? prepareInstitutions(listed);
	prepared.set(listed, entries);
	return entries;
}

/** A list as a file, for the script of the search field. */
interface InstitutionFile {
	/** JSON: `[id, name, texts, abbreviations]` for each institution, sorted by name and prepared for the search. */
	readonly json: Uint8Array<ArrayBuffer>;
	readonly gzip: Uint8Array<ArrayBuffer>;
	readonly digest: string;
	readonly isEmpty: boolean;
}

const files = new WeakMap<readonly Institution[], Promise<InstitutionFile>>();

/**
 * The whole list in one language. It is serialized and compressed once for each list.
 * @returns null if no list is known
 */
export async function institutionFile(locale: Locale): Promise<InstitutionFile | null> {
	const listed = await institutions(locale);
	if (listed === null) return null;
	const file = files.get(listed) ?? createFile(listed);
	files.set(listed, file);
	return file;
}

async function createFile(listed: readonly Institution[]): Promise<InstitutionFile> {
	const json = new TextEncoder().encode(JSON.stringify(rowsOf(preparedOf(listed))));
	const compressed = new Response(json).body?.pipeThrough(new CompressionStream('gzip'));
	const gzip = new Uint8Array(await new Response(compressed ?? null).arrayBuffer());
	return { json, gzip, digest: await digestOf(json, 16), isEmpty: listed.length === 0 };
}
