import type { Locale } from '../locale';
import { en, type Statement } from './en';
import { nl } from './nl';

/** The date of the last review of the statement (ISO 8601). */
export const STATEMENT_DATE = '2026-11-24';

const statements: Readonly<Record<Locale, Statement>> = { nl, en };

/** Not part of the texts of every page: it is long, and only one page shows it. */
export function statement(locale: Locale): Statement {
	return statements[locale];
}
