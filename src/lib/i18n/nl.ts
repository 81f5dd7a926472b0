import type { Texts } from './en';
import { account } from './nl/account';
import { help, home, login } from './nl/public';
import { identity } from './nl/identity';
import { nl as site } from './site';
import { wallet } from './nl/wallet';

/** The Dutch texts, in plain words (CEFR level B1). */
export const nl = { site, home, login, wallet, identity, account, help } satisfies Texts;
