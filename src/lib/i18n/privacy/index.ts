import type { Locale } from '../locale';
import { en, type Privacy } from './en';
import { nl } from './nl';

const statements: Readonly<Record<Locale, Privacy>> = { nl, en };

/** Not part of the texts of every page: it is long, and only one page shows it. */
export function privacyStatement(locale: Locale): Privacy {
	return statements[locale];
}
