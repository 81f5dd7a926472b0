/** An sRGB colour, `#rrggbb` in lower case. */
type Colour = string;

type Channels = readonly [red: number, green: number, blue: number];

const WHITE: Colour = '#ffffff';
const BLACK: Colour = '#000000';

/** The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, definition of contrast ratio). */
export function contrast(one: Colour, other: Colour): number {
	const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
	return (lighter + 0.05) / (darker + 0.05);
}

/** Mixes two colours. `part` is the share of `other`, from 0 to 1. */
export function mix(colour: Colour, other: Colour, part: number): Colour {
	const [a, b] = [channels(colour), channels(other)];
	const mixed = a.map((value, index) => Math.round(value + ((b[index] ?? 0) - value) * part));
	return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * Moves a colour towards `end` in steps of 2%, until its contrast with every ground is at least `least`.
 * @returns the first such colour, or `end` if no step before it has enough contrast
 */
export function untilContrast(colour: Colour, end: Colour, least: number, grounds: readonly Colour[]): Colour {
	const steps = 50;
	for (let step = 0; step < steps; step++) {
		const candidate = mix(colour, end, step / steps);
		if (grounds.every((ground) => contrast(candidate, ground) >= least)) return candidate;
	}
	return end;
}

/** A ratio as text, such as `3.4:1`. It is rounded down, so that an insufficient ratio never looks sufficient. */
export function ratioText(ratio: number): string {
	return `${(Math.floor(ratio * 10) / 10).toFixed(1)}:1`;
}

function channels(colour: Colour): Channels {
	const channel = (from: number) => Number.parseInt(colour.slice(from, from + 2), 16);
	return [channel(1), channel(3), channel(5)];
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: Colour): number {
	const [red, green, blue] = channels(colour).map((value) => {
		const share = value / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	}) as unknown as Channels;
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * The portal's colours, which are defined only here. The names are those of NL Design System themes for the same roles, so that
 * an institution's theme can override them token by token.
 */
export const lightPalette = {
	'basis-color-default-bg-document': '#f4f6f8',
	'basis-color-default-bg-default': '#ffffff',
	'basis-color-default-color-document': '#16232d',
	'basis-color-default-color-subtle': '#495966',
	'basis-color-default-border-subtle': '#d3dbe1',
	'basis-color-default-border-default': '#6b7c89',
	'basis-color-action-1-bg-hover': '#eaf3f5',
	'basis-color-action-1-color-default': '#0b5566',
	'basis-color-action-1-color-hover': '#073944',
	'basis-color-action-1-inverse-bg-default': '#0b5566',
	'basis-color-action-1-inverse-bg-hover': '#073f4c',
	'basis-color-action-1-inverse-border-default': '#0b5566',
	'basis-color-action-1-inverse-color-default': '#ffffff',
	'basis-color-accent-1-bg-default': '#e2a72e',
	'basis-color-info-bg-default': '#e6f1f4',
	'basis-color-info-border-default': '#0b5566',
	'basis-color-positive-bg-default': '#e6f4ea',
	'basis-color-positive-border-default': '#1d6a3a',
	'basis-color-negative-bg-default': '#fcefed',
	'basis-color-negative-border-default': '#a82a2a',
	'basis-color-negative-color-default': '#9c2226',
	'basis-focus-outline-color': '#16232d'
} as const satisfies Record<string, Colour>;

export type Token = keyof typeof lightPalette;
type Palette = Readonly<Record<Token, Colour>>;

/** The colours of the dark scheme, with the same names. */
export const darkPalette: Palette = {
	'basis-color-default-bg-document': '#0f171d',
	'basis-color-default-bg-default': '#17222a',
	'basis-color-default-color-document': '#e9eff3',
	'basis-color-default-color-subtle': '#b4c2cc',
	'basis-color-default-border-subtle': '#34444f',
	'basis-color-default-border-default': '#8698a4',
	'basis-color-action-1-bg-hover': '#1d2f39',
	'basis-color-action-1-color-default': '#8ad2df',
	'basis-color-action-1-color-hover': '#c3ebf2',
	'basis-color-action-1-inverse-bg-default': '#8ad2df',
	'basis-color-action-1-inverse-bg-hover': '#c3ebf2',
	'basis-color-action-1-inverse-border-default': '#8ad2df',
	'basis-color-action-1-inverse-color-default': '#0b2229',
	'basis-color-accent-1-bg-default': '#e2a72e',
	'basis-color-info-bg-default': '#18323c',
	'basis-color-info-border-default': '#8ad2df',
	'basis-color-positive-bg-default': '#17332a',
	'basis-color-positive-border-default': '#8ed6a6',
	'basis-color-negative-bg-default': '#3b2023',
	'basis-color-negative-border-default': '#ffb0ab',
	'basis-color-negative-color-default': '#ffb9b5',
	'basis-focus-outline-color': '#f4f8f9'
};

export const tokens = Object.keys(lightPalette) as readonly Token[];

export const schemes = ['light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];
/** A palette for each value of `prefers-color-scheme`. */
type Palettes = Readonly<Record<Scheme, Palette>>;

/** The minimum contrast of text (WCAG 2.2, 1.4.3). */
const TEXT_RATIO = 4.5;
/** The minimum contrast of borders of controls, focus indicators and meaningful graphics (WCAG 2.2, 1.4.11). */
const SHAPE_RATIO = 3;

const page = 'basis-color-default-bg-document';
const surface = 'basis-color-default-bg-default';
const notices = [
	'basis-color-info-bg-default',
	'basis-color-positive-bg-default',
	'basis-color-negative-bg-default'
] as const;
const grounds = [page, surface, ...notices] as const;
const textGrounds = [...grounds, 'basis-color-action-1-bg-hover'] as const;

interface Rule {
	/** The name in messages for operators. */
	readonly what: string;
	readonly token: Token;
	readonly on: readonly Token[];
	readonly least: number;
}

const rules: readonly Rule[] = [
	{ what: 'text', token: 'basis-color-default-color-document', on: textGrounds, least: TEXT_RATIO },
	{ what: 'quieter text', token: 'basis-color-default-color-subtle', on: [page, surface], least: TEXT_RATIO },
	{ what: 'links', token: 'basis-color-action-1-color-default', on: textGrounds, least: TEXT_RATIO },
	{ what: 'links under the pointer', token: 'basis-color-action-1-color-hover', on: textGrounds, least: TEXT_RATIO },
	{
		what: 'the text of a button',
		token: 'basis-color-action-1-inverse-color-default',
		on: ['basis-color-action-1-inverse-bg-default', 'basis-color-action-1-inverse-bg-hover'],
		least: TEXT_RATIO
	},
	{
		what: 'text about a fault',
		token: 'basis-color-negative-color-default',
		on: [page, surface, 'basis-color-negative-bg-default'],
		least: TEXT_RATIO
	},
	{
		what: "a button's edge",
		token: 'basis-color-action-1-inverse-border-default',
		on: [page, surface],
		least: SHAPE_RATIO
	},
	{ what: "a field's edge", token: 'basis-color-default-border-default', on: [page, surface], least: SHAPE_RATIO },
	{ what: 'the focus ring', token: 'basis-focus-outline-color', on: grounds, least: SHAPE_RATIO },
	...(['info', 'positive', 'negative'] as const).map((kind): Rule => ({
		what: "a notice's edge",
		token: `basis-color-${kind}-border-default`,
		on: [page, `basis-color-${kind}-bg-default`],
		least: SHAPE_RATIO
	}))
];

/** A message for the operator for each pair of colours with too little contrast. */
export function contrastFaults(palettes: Palettes): string[] {
	return schemes.flatMap((scheme) => rules.flatMap((rule) => faultsOf(palettes, scheme, rule)));
}

function faultsOf(palettes: Palettes, scheme: Scheme, { what, token, on, least }: Rule): string[] {
	const palette = palettes[scheme];
	return on.flatMap((ground) => {
		const ratio = contrast(palette[token], palette[ground]);
		if (ratio >= least) return [];
		return `in the ${scheme} colours, the contrast of ${what} (${token} ${palette[token]}) on ${ground} ${palette[ground]} is ${ratioText(ratio)}, but must be at least ${least}:1`;
	});
}

/** The colours that an institution can set: one colour from which others are derived, and single tokens by name. */
interface BrandColours {
	readonly colour?: Colour | undefined;
	readonly tokens?: Partial<Record<Scheme, Partial<Record<Token, Colour>>>> | undefined;
}

/** The portal's palettes, overridden with an institution's colours. Single tokens take precedence over derived colours. */
export function brandPalettes({ colour, tokens }: BrandColours): Palettes {
	return {
		light: { ...lightPalette, ...(colour && fromColour(colour, lightPalette, BLACK)), ...tokens?.light },
		dark: { ...darkPalette, ...(colour && fromColour(colour, darkPalette, WHITE)), ...tokens?.dark }
	};
}

/** A message for the operator if links in the light scheme have another colour than `colour`, whose contrast is too low. */
export function adjustments(colour: Colour | undefined): string[] {
	if (colour === undefined) return [];
	const page = lightPalette['basis-color-default-bg-document'];
	const { light } = brandPalettes({ colour });
	const used = light['basis-color-action-1-color-default'];
	if (used === colour) return [];
	const ratio = ratioText(contrast(colour, page));
	return [
		`BRAND_COLOR: links are ${used} instead of ${colour}, which has a contrast of ${ratio} with the page (${page}) where text needs ${TEXT_RATIO}:1`
	];
}

/**
 * Derives colours from the institution's colour. In the light scheme, buttons have the colour itself. Links and edges, and
 * buttons in the dark scheme, are moved towards `strong` (black in the light scheme, white in the dark one) until the
 * contrast suffices.
 */
function fromColour(colour: Colour, base: Palette, strong: Colour): Partial<Record<Token, Colour>> {
	const page = base['basis-color-default-bg-document'];
	const surface = base['basis-color-default-bg-default'];
	const quiet = mix(surface, colour, 0.1);
	const notices = [base['basis-color-positive-bg-default'], base['basis-color-negative-bg-default']];
	const link = untilContrast(colour, strong, TEXT_RATIO, [page, surface, quiet, ...notices]);
	const edge = untilContrast(colour, strong, SHAPE_RATIO, [page, surface, quiet]);
	const button = strong === BLACK ? colour : edge;
	const buttonText = contrast(WHITE, button) >= TEXT_RATIO ? WHITE : BLACK;
	return {
		'basis-color-action-1-bg-hover': quiet,
		'basis-color-action-1-color-default': link,
		'basis-color-action-1-color-hover': mix(link, strong, 0.35),
		'basis-color-action-1-inverse-bg-default': button,
		'basis-color-action-1-inverse-bg-hover': mix(button, buttonText === WHITE ? BLACK : WHITE, 0.25),
		'basis-color-action-1-inverse-border-default': edge,
		'basis-color-action-1-inverse-color-default': buttonText,
		'basis-color-info-bg-default': quiet,
		'basis-color-info-border-default': edge
	};
}

/** A stylesheet with the colours as custom properties. Print always uses the light scheme. */
export function stylesheet({ light, dark }: Palettes): string {
	return `${rootRule(light)}\n@media screen and (prefers-color-scheme: dark) {\n${rootRule(dark)}\n}\n`;
}

function rootRule(palette: Palette): string {
	return `:root {\n${tokens.map((token) => `\t--${token}: ${palette[token]};`).join('\n')}\n}`;
}
