import * as v from 'valibot';
import { type locales } from '../../i18n/locale';
import { json, settings } from './json';
import { hasLineBreak, isCalendarDate } from './fields';
import {
	adjustments,
	brandPalettes,
	contrastFaults,
	type Scheme,
	schemes,
	stylesheet,
	type Token,
	tokens
} from './palette';

const LOGO_BYTES = 65_536;

/** A text in each language. */
export type Bilingual = Readonly<Record<(typeof locales)[number], string>>;

const NOT_BILINGUAL = 'must be one text, or JSON with one for each language: {"nl": "…", "en": "…"}';

/** A plain text is used for both languages; JSON has a text for each. */
function bilingualOf(part: v.GenericSchema<string>, message: string) {
	const isJson = (text: unknown) => typeof text === 'string' && text.startsWith('{');
	return v.pipe(
		v.unknown(),
		v.lazy((text) => (isJson(text) ? json(message) : v.unknown())),
		v.transform((text) => (typeof text === 'string' ? { nl: text, en: text } : text)),
		v.strictObject({ nl: part, en: part }, message)
	);
}

const words = (most: number) =>
	v.pipe(
		v.string(NOT_BILINGUAL),
		v.trim(),
		v.nonEmpty(NOT_BILINGUAL),
		v.maxLength(most, `must have at most ${most} characters`)
	);

const bilingual = bilingualOf(words(80), NOT_BILINGUAL);
export const bilingualSentence = bilingualOf(words(300), NOT_BILINGUAL);
const bilingualText = bilingualOf(words(2000), NOT_BILINGUAL);

const NO_PAGE = 'must be an http:// or https:// URL, or JSON with one for each language: {"nl": "…", "en": "…"}';
const pageAddress = v.pipe(v.string(NO_PAGE), v.check(isWebAddress, NO_PAGE));

/** The address of an external page: one for both languages, or one for each. */
export const bilingualPage = bilingualOf(pageAddress, NO_PAGE);
const NO_ADDRESS = 'must be an http:// or https:// URL';
const page = v.pipe(v.string(NO_ADDRESS), v.check(isWebAddress, NO_ADDRESS));

const NO_EMAIL = 'must be an e-mail address';
const email = v.pipe(v.string(NO_EMAIL), v.email(NO_EMAIL));
const phone = v.pipe(
	v.string('must be a telephone number'),
	v.regex(
		/^(?=(?:\D*\d){3})\+?[\d() -]{3,25}$/,
		'must be a telephone number: digits, spaces, brackets, dashes, and an optional leading +'
	)
);

const colour = v.pipe(
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
	v.check((set) => Object.keys(set).every(isToken), `has an unknown token; the tokens are ${tokens.join(', ')}`),
	v.transform((set) => set as Partial<Record<Token, string>>)
);

/** Colours by token, for the light and the dark scheme. */
const tokenColours = v.pipe(
	json(TOKEN_SHAPE),
	settings(
		Object.fromEntries(schemes.map((scheme) => [scheme, v.optional(ofScheme, {})])) as Record<
			Scheme,
			v.OptionalSchema<typeof ofScheme, Record<string, never>>
		>,
		TOKEN_SHAPE
	)
);

/** A picture in the environment variable itself, as a `data:` URI. No file and no other URL is accepted. */
const picture = v.pipe(
	v.string(),
	v.regex(
		/^data:image\/(?:svg\+xml|png|webp);base64,[A-Za-z\d+/]+={0,2}$/,
		'must be a data: URL of an SVG, PNG or WebP picture in base64 (make one with: base64 -w0)'
	),
	v.transform((address) => {
		const [, type = '', base64 = ''] = /^data:([^;]+);base64,(.*)$/.exec(address) ?? [];
		return { type, base64 };
	}),
	v.check((data) => isSmall(data), `must be a picture of at most ${LOGO_BYTES / 1024} kB`),
	v.check(
		(data) => !isSmall(data) || isPicture(data),
		'has a content that is not a picture of its type (make the base64 with: base64 -w0)'
	)
);

function isSmall({ base64 }: { readonly base64: string }): boolean {
	return (base64.length * 3) / 4 <= LOGO_BYTES;
}

/** Browsers recognize PNG, WebP, JPEG and GIF by their first bytes, whatever the type says, but SVG by its type only. */
function isPicture({ type, base64 }: { readonly type: string; readonly base64: string }): boolean {
	const digits = base64.replace(/={1,2}$/, '');
	// One digit has less than a byte.
	if (digits.length % 4 === 1) return false;
	const bytes = atob(digits);
	return type === 'image/svg+xml'
		? // Without the zeros of UTF-16.
			/<(?:[\w.-]+:)?svg[\s/>]/.test(bytes.replaceAll('\0', ''))
		: /^(?:\x89PNG\r\n|RIFF[^]{4}WEBP|\xff\xd8\xff|GIF8)/.test(bytes);
}

function isWebAddress(text: string): boolean {
	if (hasLineBreak(text) || !URL.canParse(text)) return false;
	const { protocol, username, password } = new URL(text);
	return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

const SHAPE = 'must be JSON; docs/branding.md shows what is in it';

const NO_DATE = 'must be a date such as 2026-11-22';
const date = v.pipe(
	v.string(NO_DATE),
	v.check((text) => /^\d{4}-\d\d-\d\d$/.test(text) && isCalendarDate(text), NO_DATE)
);

const Report = settings({ title: bilingual, url: page, date }, SHAPE);

const Finding = settings(
	{
		/** The problem, and whom it affects. */
		what: bilingualText,
		measure: v.optional(bilingualText),
		/** The date by which it will be solved. */
		until: v.optional(date)
	},
	SHAPE
);

const Statement = settings(
	{
		organisation: bilingual,
		/** As in the Dutch model: A complies, B complies in part, C first measures taken, D does not comply, E not assessed. */
		status: v.picklist(['A', 'B', 'C', 'D', 'E'], 'must be A, B, C, D or E'),
		/** The date of the last review of the statement. */
		date,
		/** The job title of the person who approved the statement. */
		signedBy: v.optional(bilingual),
		reports: v.optional(v.array(Report, 'must be a list'), []),
		findings: v.optional(v.array(Finding, 'must be a list'), []),
		/** Where people report that something does not work. Default: the support contact. */
		contact: v.optional(
			settings(
				{
					name: v.optional(bilingual),
					email: v.optional(email),
					phone: v.optional(phone),
					url: v.optional(bilingualPage)
				},
				SHAPE
			)
		),
		/** The page of the statement in the public register. */
		registerUrl: v.optional(page)
	},
	SHAPE
);

/** The institution's data for the accessibility statement. A status of A or B must be supported by at least one report. */
const accessibilityStatement = v.pipe(
	json(SHAPE),
	Statement,
	v.partialCheck(
		[['status'], ['reports']],
		({ status, reports }) => !['A', 'B'].includes(status) || reports.length > 0,
		'needs at least one report when the status is A or B'
	)
);

/** The variables of an institution's brand; all are optional. */
export const brandEntries = {
	BRAND_NAME: v.optional(bilingual),
	BRAND_LOGO: v.optional(picture),
	BRAND_LOGO_DARK: v.optional(picture),
	BRAND_COLOR: v.optional(colour),
	BRAND_TOKENS: v.optional(tokenColours),
	SUPPORT_NAME: v.optional(bilingual),
	SUPPORT_EMAIL: v.optional(email),
	SUPPORT_PHONE: v.optional(phone),
	SUPPORT_URL: v.optional(bilingualPage),
	PRIVACY_URL: v.optional(bilingualPage),
	ACCESSIBILITY_STATEMENT: v.optional(accessibilityStatement)
};

const BrandEnvironment = v.object(brandEntries);
type BrandEnvironment = v.InferOutput<typeof BrandEnvironment>;
type ColourVariables = Pick<BrandEnvironment, 'BRAND_COLOR' | 'BRAND_TOKENS'>;

const palettesOf = (env: ColourVariables) => brandPalettes({ colour: env.BRAND_COLOR, tokens: env.BRAND_TOKENS });

/** Every pair of colours with too little contrast. `BRAND_COLOR` alone causes none: the derived colours are adjusted. */
export const colourFaults = (env: ColourVariables): string[] => contrastFaults(palettesOf(env));

/** The brand for all pages: name, logos, colours, support contact, privacy page and accessibility statement. */
export function arrangeBrand(env: BrandEnvironment) {
	return {
		/** The name that people see instead of the product's name. */
		name: env.BRAND_NAME ?? null,
		logo: env.BRAND_LOGO ?? null,
		logoDark: env.BRAND_LOGO_DARK ?? null,
		stylesheet: stylesheet(palettesOf(env)),
		/** Notes for the operator about adjusted colours. They are not faults. */
		adjustments: adjustments(env.BRAND_COLOR),
		support: {
			name: env.SUPPORT_NAME ?? null,
			email: env.SUPPORT_EMAIL ?? null,
			phone: env.SUPPORT_PHONE ?? null,
			page: env.SUPPORT_URL ?? null
		},
		privacyPage: env.PRIVACY_URL ?? null,
		accessibilityStatement: env.ACCESSIBILITY_STATEMENT ?? null
	};
}
