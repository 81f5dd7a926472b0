import type { Locale } from '../locale';
import { en, type Privacy } from './en';
import { nl } from './nl';

const statements: Readonly<Record<Locale, Privacy>> = { nl, en };

/** Kept apart from the dictionary of every page: it is long, and one page shows it. */
export function privacyStatement(locale: Locale): Privacy {
	return statements[locale];
}
