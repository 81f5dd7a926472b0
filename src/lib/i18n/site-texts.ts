import { site as en } from './en/site';
import type { Locale } from './locale';
import { site as nl } from './nl/site';

/** The texts of every page alone: what hydrates should not load the other pages' words as well. */
export function siteTexts(locale: Locale): typeof en {
	return { nl, en }[locale];
}
