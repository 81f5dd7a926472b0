/** Schemas for the fields of an institution's brand: texts in two languages, addresses, colours, pictures. */
import * as v from 'valibot';
import { type locales } from '../../i18n/locale';
import { schemes, type Scheme, type Token, tokens } from './palette';

const LOGO_BYTES = 65_536;

/** A text in each language. */
export type Bilingual = Readonly<Record<(typeof locales)[number], string>>;

const NOT_BILINGUAL = 'must be one text, or JSON with one for each language: {"nl": "…", "en": "…"}';

/** A plain text is used for both languages; JSON has a text for each. Null for invalid JSON. */
function forBoth(text: unknown): unknown {
	if (typeof text !== 'string') return text;
	if (!text.startsWith('{')) return { nl: text, en: text };
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return null;
	}
}

function bilingualOf(part: v.GenericSchema<string>, message: string) {
	return v.pipe(v.unknown(), v.transform(forBoth), v.strictObject({ nl: part, en: part }, message));
}

const words = (most: number) =>
	v.pipe(
		v.string(NOT_BILINGUAL),
		v.trim(),
		v.nonEmpty(NOT_BILINGUAL),
		v.maxLength(most, `must have at most ${most} characters`)
	);

export const bilingual = bilingualOf(words(80), NOT_BILINGUAL);
export const bilingualSentence = bilingualOf(words(300), NOT_BILINGUAL);
export const bilingualText = bilingualOf(words(2000), NOT_BILINGUAL);

const NO_PAGE = 'must be an http:// or https:// address, or JSON with one for each language: {"nl": "…", "en": "…"}';
const pageAddress = v.pipe(v.string(NO_PAGE), v.check(isWebAddress, NO_PAGE));

/** The address of an external page: one for both languages, or one for each. */
export const bilingualPage = bilingualOf(pageAddress, NO_PAGE);
export const page = v.pipe(v.string(), v.check(isWebAddress, 'must be an http:// or https:// address'));

export const email = v.pipe(v.string(), v.email('must be an e-mail address'));
export const phone = v.pipe(
	v.string(),
	v.regex(/^\+?[\d() -]{3,25}$/, 'must be a telephone number: digits, spaces, brackets, dashes, perhaps a + in front')
);

export const colour = v.pipe(
	v.string(),
	v.regex(/^#[\da-f]{6}$/i, 'must be a colour with six hexadecimal digits, such as #0b5566'),
	v.toLowerCase()
);

const TOKEN_SHAPE = 'must be JSON such as {"light": {"basis-color-action-1-color-default": "#0b5566"}, "dark": {…}}';
const isToken = (name: string): name is Token => tokens.some((token) => token === name);
const ofScheme = v.pipe(
	v.record(v.string(), v.pipe(v.string(TOKEN_SHAPE), colour), TOKEN_SHAPE),
	v.transform((set) =>
		Object.fromEntries(Object.entries(set).map(([name, value]) => [name.replace(/^--/, ''), value]))
	),
	v.check(
		(set) => Object.keys(set).every(isToken),
		`has a token that the portal does not know; it knows ${tokens.join(', ')}`
	),
	v.transform((set) => set as Partial<Record<Token, string>>)
);

/** Colours by token, for the light and the dark scheme. */
export const tokenColours = v.pipe(
	v.string(),
	v.parseJson(undefined, TOKEN_SHAPE),
	v.strictObject(
		Object.fromEntries(schemes.map((scheme) => [scheme, v.optional(ofScheme, {})])) as Record<
			Scheme,
			v.OptionalSchema<typeof ofScheme, Record<string, never>>
		>,
		TOKEN_SHAPE
	)
);

/** A picture in the environment variable itself, as a `data:` URI. No file and no other address is accepted. */
export const picture = v.pipe(
	v.string(),
	v.regex(
		/^data:image\/(?:svg\+xml|png|webp);base64,[A-Za-z\d+/]+={0,2}$/,
		'must be a data: address of an SVG, PNG or WebP picture in base64 (make one with: base64 -w0)'
	),
	v.transform((address) => {
		const [, type = '', base64 = ''] = /^data:([^;]+);base64,(.*)$/.exec(address) ?? [];
		return { type, base64 };
	}),
	v.check(({ base64 }) => (base64.length * 3) / 4 <= LOGO_BYTES, `must be a picture of at most ${LOGO_BYTES / 1024} kB`)
);

function isWebAddress(text: string): boolean {
	if (!URL.canParse(text)) return false;
	const { protocol, username, password } = new URL(text);
	return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
