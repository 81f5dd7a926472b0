import { wallet as en } from './en/wallet';
import type { Locale } from './locale';
import { wallet as nl } from './nl/wallet';

/** Only the texts of the wallet page, so that hydrated pages do not load those of other pages. */
export function walletTexts(locale: Locale): typeof en {
	return { nl, en }[locale];
}
