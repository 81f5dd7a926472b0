import type { Colour } from './colour';

/**
 * The portal's own colours, and the only place with any. The names are those that themes of the NL Design System give
 * to the same roles: an institution's theme can be laid over them token by token.
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
export type Palette = Readonly<Record<Token, Colour>>;

/** The same roles on a dark screen. */
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

/** A palette for each of the two schemes that a browser asks for. */
export interface Palettes {
	readonly light: Palette;
	readonly dark: Palette;
}
export const schemes = ['light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];
