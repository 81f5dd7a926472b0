import { identity as en } from './en/identity';
import type { Locale } from './locale';
import { identity as nl } from './nl/identity';

/** Only the texts of the identity page, so that hydrated pages do not load those of other pages. */
export function identityTexts(locale: Locale): typeof en {
	return { nl, en }[locale];
}
