import type { Texts } from './en';
import { account } from './nl/account';
import { help } from './nl/help';
import { home } from './nl/home';
import { identity } from './nl/identity';
import { login } from './nl/login';
import { site } from './nl/site';
import { wallet } from './nl/wallet';

/** The Dutch texts, in plain words (CEFR level B1). */
export const nl = { site, home, login, wallet, identity, account, help } satisfies Texts;
