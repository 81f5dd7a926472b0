import { account } from './en/account';
import { help } from './en/help';
import { home } from './en/home';
import { identity } from './en/identity';
import { login } from './en/login';
import { site } from './en/site';
import { wallet } from './en/wallet';

/** The English texts. Their type is the type of every other language. */
export const en = { site, home, login, wallet, identity, account, help };

/** The type of all texts of the portal: a language that lacks one does not compile. */
export type Texts = typeof en;
