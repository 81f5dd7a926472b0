import { wallet as en } from './en/wallet';
import type { Locale } from './locale';
import { wallet as nl } from './nl/wallet';

/** The texts of the wallet page alone: what hydrates should not load the other pages' words as well. */
export function walletTexts(locale: Locale): typeof en {
	return { nl, en }[locale];
}
