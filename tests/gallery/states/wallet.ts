import type { FlowState, WaitingState } from '../../../src/lib/wallet/flow.ts';
import { progressStates } from '../../../src/lib/wallet/flow.ts';
import { type WaitingWallet, type WalletOutcome, walletOutcomes } from '../../../src/lib/wallet/view.ts';
import { qrSvg } from '../../../src/lib/ui/qr-svg.ts';
import { eachOf, type GalleryState, helpCode } from '../state.ts';

const sessionId = '0123456789abcdef0123456789abcdef';
const requestUri = `https://wallet.example/open?request=${sessionId}`;
const expiresInMs = 270_000;
const returnTo = '/account';
const waiting: WaitingWallet = {
	screen: 'scan',
	sessionId,
	requestUri,
	qr: qrSvg(requestUri),
	expiresInMs,
	replaced: [],
	dcRequest: null,
	claims: null,
	claimsText: null
};
/** While these last, the page asks: answers that don't come are told beside them. */
const troubled = ['scan', 'opened', 'checking', 'verified'] as const;

/** Every state of a wallet sign-in that has a screen; one more in the flow, and this does not compile. */
type Screens = 'start' | Exclude<FlowState, WaitingState | WalletOutcome>;
type Needed = `wallet/${Screens}` | `wallet/ended/${WalletOutcome}`;

/** The page that follows a wallet. */
export const walletStates = {
	'wallet/start': {
		page: 'wallet',
		data: { view: { screen: 'start' }, returnTo },
		heading: (t) => t.wallet.start.title
	},
	'wallet/scan': {
		page: 'wallet',
		data: { view: waiting, returnTo },
		heading: (t) => t.wallet.scan.title
	},
	'wallet/scan-without-code': {
		page: 'wallet',
		data: { view: { ...waiting, qr: null }, returnTo },
		heading: (t) => t.wallet.scan.withoutCode.title
	},
	'wallet/scan/claims': {
		page: 'wallet',
		data: { view: { ...waiting, claims: 'voornaam, achternaam, geboortedatum en eduID' }, returnTo },
		walletHelpPage: 'https://uni-noord.example/wallets',
		heading: (t) => t.wallet.scan.title
	},
	'wallet/scan/claims-text': {
		page: 'wallet',
		data: { view: { ...waiting, claimsText: 'Wij vragen uw naam en uw eduID.' }, returnTo },
		heading: (t) => t.wallet.scan.title
	},
	...eachOf('wallet', progressStates, (screen) => ({
		page: 'wallet',
		data: { view: { screen, sessionId, expiresInMs }, returnTo },
		heading: (t) => t.wallet[screen].title
	})),
	...eachOf('wallet/trouble', troubled, (state) => ({
		page: 'wallet-trouble',
		data: { state, code: state === 'scan' ? waiting : null, returnTo },
		heading: (t) => t.wallet[state].title
	})),
	...eachOf('wallet/ended', walletOutcomes, (outcome) => ({
		page: 'wallet',
		data: { view: { screen: 'ended', outcome, helpCode }, returnTo },
		heading: (t) => t.wallet.ended[outcome].title,
		...(outcome !== 'declined' && { isError: true as const })
	})),
	...eachOf('wallet/only-wallet', ['declined', 'unavailable'], (outcome) => ({
		page: 'wallet',
		data: { view: { screen: 'ended', outcome, helpCode }, returnTo },
		signInMethods: { institution: false, wallet: true },
		heading: (t) => t.wallet.ended[outcome].title,
		...(outcome !== 'declined' && { isError: true as const })
	})),
	'wallet/continue': {
		page: 'continue',
		data: { continueUrl: '/login/start?provider=sts-wallet', isLinked: false },
		heading: (t) => t.wallet.leaving.title
	},
	'wallet/continue/linked': {
		page: 'continue',
		data: { continueUrl: '/login/start?provider=sts-wallet', isLinked: true },
		heading: (t) => t.wallet.leaving.title
	}
} satisfies Record<Needed, GalleryState> & Record<string, GalleryState>;
