import * as v from 'valibot';
import { adjustments, brandPalettes, contrastFaults, stylesheet } from './palette';
import { bilingual, bilingualPage, colour, email, phone, picture, tokenColours } from './brand-fields';
import { accessibilityStatement } from './statement';

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
