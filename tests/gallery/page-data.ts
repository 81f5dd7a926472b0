/** The data of the real pages, as their own loads return it: a page that asks for more breaks the gallery's types. */
import type { LayoutData } from '../../src/routes/$types';
import type { PageData as AccountData } from '../../src/routes/(member)/account/$types';
import type { PageData as StepUpData } from '../../src/routes/(member)/step-up/$types';
import type { PageData as SessionsData } from '../../src/routes/(member)/account/sessions/$types';
import type { PageData as EndSessionsData } from '../../src/routes/(member)/account/sessions/[which]/end/$types';
import type { PageData as UnlinkData } from '../../src/routes/(member)/account/wallets/[id]/unlink/$types';
import type { PageData as AccessibilityData } from '../../src/routes/(public)/accessibility/$types';
import type { PageData as ContinueData } from '../../src/routes/(public)/login/continue/$types';
import type { PageProps as IdentityProps } from '../../src/routes/(public)/login/identity/$types';
import type { PageData as LoginData } from '../../src/routes/(public)/login/$types';
import type { PageData as PrivacyData } from '../../src/routes/(public)/privacy/$types';
import type { PageData as WalletData } from '../../src/routes/(public)/login/wallet/$types';
import type { PageData as SignedOutData } from '../../src/routes/(public)/signed-out/$types';

type Own<Data> = Omit<Data, keyof LayoutData>;

export type AccessibilityPage = Own<AccessibilityData>;
export type LoginPage = Own<LoginData>;
export type WalletPage = Own<WalletData>;
export type ContinuePage = Own<ContinueData>;
export type IdentityPage = { readonly data: Own<IdentityProps['data']>; readonly form: IdentityProps['form'] };
export type SignedOutPage = Own<SignedOutData>;
export type AccountPage = Own<AccountData>;
export type StepUpPage = Own<StepUpData>;
export type EndSessionsPage = Own<EndSessionsData>;
export type PrivacyPage = Own<PrivacyData>;
export type SessionsPage = Own<SessionsData>;
export type UnlinkPage = Own<UnlinkData>;
