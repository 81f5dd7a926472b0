/**
 * The matching rule of the institution search. The server imports this file and browsers load it unchanged (`?url`), so
 * that both find the same institutions in the same order.
 */

/** Longer queries are cut, in UTF-16 code units. */
export const MAX_QUERY_CHARACTERS = 100;
/** A page never shows more institutions than this, however long the list is. */
export const RESULTS_PER_PAGE = 20;
/** Further different words of a query are ignored. */
const MAX_WORDS = 8;
/** Longer words in capitals are not abbreviations: some lists have all names in capitals. */
const MAX_ACRONYM = 4;

/** Letters that Unicode normalization does not separate into a basic letter and a mark. */
const BASIC_LETTERS = new Map([
	['æ', 'ae'],
	['œ', 'oe'],
	['ø', 'o'],
	['ß', 'ss'],
	['ł', 'l'],
	['đ', 'd'],
	['ð', 'd'],
	['þ', 'th'],
	['ı', 'i'],
	['ς', 'σ']
]);

/** Words that count as two in an abbreviation: "Rijksuniversiteit Groningen" is RUG. */
const COMPOUND = /.(universiteit|universität|hogeschool|hochschule)$/;
/** Between the words of a name. An apostrophe separates too: "'s-Hertogenbosch". */
const SEPARATORS = /[\s\-‐-―/\\()[\]{},;:&+|"'’‘“”„«»·•]+/;

/**
 * @template T
 * @typedef {object} Entry
 * @property {T} institution
 * @property {string} texts folded name, other names and keywords, each between line breaks
 * @property {string} abbreviations from initials, each between line breaks
 */

/** @typedef {[id: string, name: string, texts: string, abbreviations: string]} Row */

/**
 * Prepares a list for `findInstitutions`.
 * @template {{ readonly name: string, readonly also: readonly string[] }} T
 * @param {readonly T[]} institutions `also`: names in other languages, and keywords
 * @returns {Entry<T>[]}
 */
export function prepareInstitutions(institutions) {
	return institutions.map((institution) => {
		const texts = [institution.name, ...institution.also];
		return {
			institution,
			texts: lines(texts.map(fold)),
			abbreviations: lines([...new Set(texts.flatMap(abbreviationsOf))])
		};
	});
}

/**
 * The prepared list as plain rows, so that browsers need not prepare it again.
 * @param {readonly Entry<{ readonly id: string, readonly name: string }>[]} entries
 * @returns {Row[]}
 */
export function rowsOf(entries) {
	return entries.map(({ institution: { id, name }, texts, abbreviations }) => [id, name, texts, abbreviations]);
}

/**
 * The prepared list from the rows of `rowsOf`.
 * @param {readonly Row[]} rows
 * @returns {Entry<{ readonly id: string, readonly name: string }>[]}
 */
export function entriesOf(rows) {
	return rows.map(([id, name, texts, abbreviations]) => ({ institution: { id, name }, texts, abbreviations }));
}

/**
 * The institutions that contain every word of the query, or have an abbreviation that starts with it. The best matches
 * are first; matches of the same quality stay in the order of the list. Case, accents and punctuation are ignored.
 * @template T
 * @param {readonly Entry<T>[]} entries
 * @param {string} query
 * @returns {T[]} empty if the query has no letter or digit
 */
export function findInstitutions(entries, query) {
	const text = fold(query.slice(0, MAX_QUERY_CHARACTERS));
	if (text === '') return [];
	const words = [...new Set(text.split(' '))].slice(0, MAX_WORDS);
	/** @type {T[][]} */
	const found = [[], [], [], [], []];
	for (const entry of entries) if (matches(entry, words)) found[rankOf(entry, text, words)]?.push(entry.institution);
	return found.flat();
}

/**
 * Reduces a text to lower-case basic letters, digits and single spaces.
 * @param {string} text
 */
export function fold(text) {
	const lower = text.toLowerCase();
	// Most texts are plain. The classes of all letters take several times as long.
	if (/^[ -~]*$/.test(lower))
		return lower
			.replace(/['.]+/g, '')
			.replace(/[^a-z0-9]+/g, ' ')
			.trim();
	return lower
		.normalize('NFKD')
		.replace(/[æœøßłđðþıς]/g, (letter) => BASIC_LETTERS.get(letter) ?? letter)
		.replace(/[\p{M}\p{Cf}.'’‘ʼ]+/gu, '')
		.replace(/[^\p{L}\p{N}]+/gu, ' ')
		.trim();
}

/** @param {readonly string[]} texts */
function lines(texts) {
	return `\n${texts.join('\n')}\n`;
}

/**
 * @param {Entry<unknown>} entry
 * @param {readonly string[]} words
 */
function matches({ texts, abbreviations }, words) {
	return words.every((word) => texts.includes(word) || abbreviations.includes(`\n${word}`));
}

/**
 * How well a match fits; 0 is best.
 * @param {Entry<unknown>} entry
 * @param {string} query folded
 * @param {readonly string[]} words
 */
function rankOf({ texts, abbreviations }, query, words) {
	const start = `\n${query}`;
	const whole = `${start}\n`;
	if (texts.includes(whole) || abbreviations.includes(whole)) return 0;
	if (texts.startsWith(start)) return 1;
	if (texts.includes(start) || abbreviations.includes(start)) return 2;
	const startsWord = words.every((word) =>
		[` ${word}`, `\n${word}`].some((place) => texts.includes(place) || abbreviations.includes(place))
	);
	return startsWord ? 3 : 4;
}

/**
 * Abbreviations from the initials of a name, with and without its small words: HvA, and HAN for "Hogeschool van Arnhem en
 * Nijmegen".
 * @param {string} name
 * @returns {string[]} folded; empty for a single word
 */
function abbreviationsOf(name) {
	const words = name.split(SEPARATORS).filter((word) => word !== '');
	if (words.length < 2) return [];
	const initials = words.map(initialsOf);
	const large = initials.filter((_, index) => isLarge(words[index] ?? ''));
	const abbreviations = [initials, large].flatMap((some) => [
		some.map(({ first }) => first).join(''),
		some.map(({ first, second }) => first + second).join('')
	]);
	return abbreviations.filter((letters) => letters.length > 1);
}

/**
 * Whether a word starts with a capital letter or a digit, as names write all but their small words.
 * @param {string} word
 */
function isLarge(word) {
	const [first = ''] = word;
	return first !== first.toLowerCase() || (first >= '0' && first <= '9');
}

/**
 * The first letter of a word, or the whole word if it is an abbreviation itself, such as "ROC"; and the first letter of its
 * second part, empty if it has none.
 * @param {string} word
 */
function initialsOf(word) {
	const isAcronym = word.length > 1 && word.length <= MAX_ACRONYM && word === word.toUpperCase();
	const second = COMPOUND.exec(word.toLowerCase())?.[1] ?? '';
	const [letter = ''] = word;
	return { first: fold(isAcronym ? word : letter), second: second.slice(0, 1) };
}
