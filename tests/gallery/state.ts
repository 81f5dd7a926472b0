import type {
	AccessibilityPage,
	AccountPage,
	ContinuePage,
	EndSessionsPage,
	IdentityPage,
	LoginPage,
	PrivacyPage,
	SessionsPage,
	SignedOutPage,
	StepUpPage,
	UnlinkPage,
	WalletPage
} from './page-data.ts';
import type { LiveWallet } from './live-wallet.ts';
import type { Locale, Texts } from '../../src/lib/i18n/index.ts';

/** A help code, as long as real ones are. */
export const helpCode = 'a1b2c3d4e5f6';

/** What each page is drawn from, beside what every page knows. */
interface PageContents {
	home: { readonly data: object };
	help: { readonly data: object };
	accessibility: { readonly data: AccessibilityPage };
	privacy: { readonly data: PrivacyPage };
	login: { readonly data: LoginPage };
	wallet: { readonly data: WalletPage };
	/** The wallet page in a state that only its script finds out. */
	'wallet-live': { readonly data: LiveWallet };
	continue: { readonly data: ContinuePage };
	identity: { readonly data: IdentityPage['data']; readonly form?: IdentityPage['form'] };
	'signed-out': { readonly data: SignedOutPage };
	account: { readonly data: AccountPage };
	unlink: { readonly data: UnlinkPage };
	'step-up': { readonly data: StepUpPage };
	sessions: { readonly data: SessionsPage };
	'end-sessions': { readonly data: EndSessionsPage };
	/** The page for an error of this HTTP status. */
	error: { readonly status: number; readonly reason?: 'foreign' };
}
export type PageName = keyof PageContents;

interface Expectations {
	/** The text of the page's `h1`. */
	readonly heading: (t: Texts, locale: Locale) => string;
	/** Whether the title has to say that there is a fault. */
	readonly isError?: true;
	readonly isSignedIn?: true;
	/** The first page after a sign-in that has linked a wallet. */
	readonly hasLinked?: true;
	/** Where it is not both. */
	readonly signInMethods?: { readonly institution: boolean; readonly wallet: boolean };
	/** The institution's page about wallets that work, if it has one. */
	readonly walletHelpPage?: string;
}

/** One state of one page, with what the tests have to find there. */
export type GalleryState = {
	[Page in PageName]: { readonly page: Page } & PageContents[Page] & Expectations;
}[PageName];

/** The states of one kind, such as every ending: a key that is missing does not compile. */
export function eachOf<Prefix extends string, Key extends string>(
	prefix: Prefix,
	keys: readonly Key[],
	draw: (key: Key) => GalleryState
): Record<`${Prefix}/${Key}`, GalleryState> {
	const drawn = keys.map((key) => [`${prefix}/${key}`, draw(key)] as const);
	return Object.fromEntries(drawn) as Record<`${Prefix}/${Key}`, GalleryState>;
}
