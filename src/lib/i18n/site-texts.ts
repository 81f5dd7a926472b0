import { site as en } from './en/site';
import type { Locale } from './locale';
import { site as nl } from './nl/site';

/** Only the texts that every page has, so that hydrated pages do not load those of other pages. */
export function siteTexts(locale: Locale): typeof en {
	return { nl, en }[locale];
}
