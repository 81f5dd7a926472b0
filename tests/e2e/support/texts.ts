import { texts } from '../../../src/lib/i18n/index.ts';

/** The portal's words: a journey looks for what the dictionaries say. */
export const en = texts('en');
export const nl = texts('nl');
