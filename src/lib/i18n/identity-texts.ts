import { identity as en } from './en/identity';
import type { Locale } from './locale';
import { identity as nl } from './nl/identity';

/** The texts of the identity page alone: what hydrates should not load the other pages' words as well. */
export function identityTexts(locale: Locale): typeof en {
	return { nl, en }[locale];
}
