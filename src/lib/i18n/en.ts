import { account } from './en/account';
import { help } from './en/help';
import { home } from './en/home';
import { identity } from './en/identity';
import { login } from './en/login';
import { site } from './en/site';
import { wallet } from './en/wallet';

/** The English texts; their shape is what every other language is held to. */
export const en = { site, home, login, wallet, identity, account, help };

/** Every text of the portal: a language that lacks one doesn't compile. */
export type Texts = typeof en;
