import { contrast, ratioText } from './colour';
import type { Palettes, Scheme, Token } from './palette';
import { schemes } from './palette';

/** WCAG 2.2, 1.4.3: text. */
export const TEXT_RATIO = 4.5;
/** WCAG 2.2, 1.4.11: borders of controls, focus, marks that carry a meaning. */
export const SHAPE_RATIO = 3;

const page = 'basis-color-default-bg-document';
const surface = 'basis-color-default-bg-default';
const notices = [
	'basis-color-info-bg-default',
	'basis-color-positive-bg-default',
	'basis-color-negative-bg-default'
] as const;
const grounds = [page, surface, ...notices] as const;

interface Rule {
	/** What an operator calls it. */
	readonly what: string;
	readonly token: Token;
	readonly on: readonly Token[];
	readonly least: number;
}

const rules: readonly Rule[] = [
	{
		what: 'text',
		token: 'basis-color-default-color-document',
		on: [...grounds, 'basis-color-action-1-bg-hover'],
		least: TEXT_RATIO
	},
	{ what: 'quieter text', token: 'basis-color-default-color-subtle', on: [page, surface], least: TEXT_RATIO },
	{
		what: 'links',
		token: 'basis-color-action-1-color-default',
		on: [...grounds, 'basis-color-action-1-bg-hover'],
		least: TEXT_RATIO
	},
	{
		what: 'links under the pointer',
		token: 'basis-color-action-1-color-hover',
		on: [...grounds, 'basis-color-action-1-bg-hover'],
		least: TEXT_RATIO
	},
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
	{ what: 'the focus ring', token: 'basis-focus-outline-color', on: [...grounds], least: SHAPE_RATIO },
	...(['info', 'positive', 'negative'] as const).map((kind): Rule => ({
		what: "a notice's edge",
		token: `basis-color-${kind}-border-default`,
		on: [page, `basis-color-${kind}-bg-default`],
		least: SHAPE_RATIO
	}))
];

/** Every pair of colours that people could not tell apart well enough, in words for an operator. */
export function contrastFaults(palettes: Palettes): string[] {
	return schemes.flatMap((scheme) => rules.flatMap((rule) => faultsOf(palettes, scheme, rule)));
}

function faultsOf(palettes: Palettes, scheme: Scheme, { what, token, on, least }: Rule): string[] {
	const palette = palettes[scheme];
	return on.flatMap((ground) => {
		const ratio = contrast(palette[token], palette[ground]);
		if (ratio >= least) return [];
		return `in the ${scheme} colours, the contrast of ${what} (${token} ${palette[token]}) on ${ground} ${palette[ground]} is ${ratioText(ratio)}, and has to be at least ${least}:1`;
	});
}
