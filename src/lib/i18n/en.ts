import { account } from './en/account';
import { help, home, login } from './en/public';
import { identity } from './en/identity';
import { en as site } from './site';
import { wallet } from './en/wallet';

/** The English texts. Their type is the type of every other language. */
export const en = { site, home, login, wallet, identity, account, help };

/** The type of all texts of the portal: a language that lacks one does not compile. */
export type Texts = typeof en;
