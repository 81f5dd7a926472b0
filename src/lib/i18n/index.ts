import { en, type Texts } from './en';
import type { Locale } from './locale';
import { nl } from './nl';

export type { Texts } from './en';
export { isLocale, localeNames, locales, preferredLocale, type Locale } from './locale';

/** Why a sign-in failed: the codes of `/login?error=` that have a text. */
export type LoginError = keyof Texts['login']['errors'];

const dictionaries: Readonly<Record<Locale, Texts>> = { nl, en };

export function texts(locale: Locale): Texts {
	return dictionaries[locale];
}
