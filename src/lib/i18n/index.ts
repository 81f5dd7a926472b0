import { account } from './en/account';
import { identity } from './en/identity';
import { help, home, login } from './en/public';
import { wallet } from './en/wallet';
import type { Locale } from './locale';
import { account as accountNl } from './nl/account';
import { identity as identityNl } from './nl/identity';
import { help as helpNl, home as homeNl, login as loginNl } from './nl/public';
import { wallet as walletNl } from './nl/wallet';
import { en as site, nl as siteNl } from './site';

export { isLocale, localeNames, locales, preferredLocale, type Locale } from './locale';

/** The English texts. Their type is the type of every other language. */
export const en = { site, home, login, wallet, identity, account, help };

/** The type of all texts of the portal: a language that lacks one does not compile. */
export type Texts = typeof en;

/** The Dutch texts, in plain words (CEFR level B1). */
const nl: Texts = {
	site: siteNl,
	home: homeNl,
	login: loginNl,
	wallet: walletNl,
	identity: identityNl,
	account: accountNl,
	help: helpNl
};

const dictionaries: Readonly<Record<Locale, Texts>> = { nl, en };

export function texts(locale: Locale): Texts {
	return dictionaries[locale];
}
