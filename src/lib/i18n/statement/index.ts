import type { Locale } from '../locale';
import { en, type Statement } from './en';
import { nl } from './nl';

/** The day on which the statement was last looked at (ISO 8601). */
export const STATEMENT_DATE = '2026-11-24';

const statements: Readonly<Record<Locale, Statement>> = { nl, en };

/** Kept apart from the dictionary of every page: it is long, and one page shows it. */
export function statement(locale: Locale): Statement {
	return statements[locale];
}
