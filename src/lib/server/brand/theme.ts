import { BLACK, type Colour, contrast, mix, ratioText, untilContrast, WHITE } from './colour';
import { SHAPE_RATIO, TEXT_RATIO } from './contrast';
import { darkPalette, lightPalette, type Palette, type Palettes, type Scheme, type Token } from './palette';

/** What an institution may set: one colour that the others follow from, and single tokens by name. */
export interface BrandColours {
	readonly colour?: Colour | undefined;
	readonly tokens?: Partial<Record<Scheme, Partial<Record<Token, Colour>>>> | undefined;
}

/** The portal's palettes with an institution's colours laid over them. */
export function brandPalettes({ colour, tokens }: BrandColours): Palettes {
	return {
		light: { ...lightPalette, ...(colour && fromColour(colour, lightPalette, BLACK)), ...tokens?.light },
		dark: { ...darkPalette, ...(colour && fromColour(colour, darkPalette, WHITE)), ...tokens?.dark }
	};
}

/** What became of the one colour where it could not serve as it is, in words for an operator. */
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
 * Buttons have the colour itself where they can be told from the page; what is read on the page is moved towards
 * `strong` (black on light screens, white on dark ones) until it has contrast enough.
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
