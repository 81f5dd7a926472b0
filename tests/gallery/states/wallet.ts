import type { FlowState, WaitingState } from '../../../src/lib/wallet/flow.ts';
import { progressStates, shownAs } from '../../../src/lib/wallet/flow.ts';
import {
	type WaitingWallet,
	type WalletDevice,
	type WalletNotice,
	type WalletOutcome,
	walletOutcomes,
	type WalletView
} from '../../../src/lib/wallet/view.ts';
import { qrSvg } from '../../../src/lib/ui/qr-svg.ts';
import type { WalletPage } from '../page-data.ts';
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
/** While these last, the page reads the status. */
const followed = ['scan', 'opened', 'checking', 'verified'] as const;

function drawn(view: WalletView, device: WalletDevice = 'other', notice: WalletNotice | null = null): WalletPage {
	return { view, device, isGuess: false, notice, returnTo };
}

const openedView = { screen: 'opened', sessionId, expiresInMs, requestUri } as const;

/** Every state of a wallet sign-in that has a screen; one more in the flow, and this does not compile. */
type Screens = 'start' | Exclude<FlowState, WaitingState | WalletOutcome>;
type Needed = `wallet/${Screens}` | `wallet/ended/${WalletOutcome}`;

/** The page that follows a wallet. */
export const walletStates = {
	'wallet/start': {
		page: 'wallet',
		data: drawn({ screen: 'start' }),
		heading: (t) => t.wallet.start.title
	},
	'wallet/scan': {
		page: 'wallet',
		data: drawn(waiting),
		heading: (t) => t.wallet.scan.title
	},
	'wallet/scan/here': {
		page: 'wallet',
		data: drawn(waiting, 'this'),
		heading: (t) => t.wallet.scan.titleHere
	},
	'wallet/scan/without-code': {
		page: 'wallet',
		data: drawn({ ...waiting, qr: null }),
		heading: (t) => t.wallet.scan.titleHere
	},
	'wallet/scan/claims': {
		page: 'wallet',
		data: drawn({ ...waiting, claims: 'voornaam, achternaam, geboortedatum en eduID' }),
		walletHelpPage: 'https://uni-noord.example/wallets',
		heading: (t) => t.wallet.scan.title
	},
	'wallet/scan/claims-text': {
		page: 'wallet',
		data: drawn({ ...waiting, claimsText: 'Wij vragen uw naam en uw eduID.' }, 'this'),
		heading: (t) => t.wallet.scan.titleHere
	},
	'wallet/scan/new-code': {
		page: 'wallet',
		data: drawn(waiting, 'other', 'new_code'),
		heading: (t) => t.wallet.scan.title
	},
	'wallet/scan/nothing-received': {
		page: 'wallet',
		data: drawn(waiting, 'this', 'nothing_received'),
		heading: (t) => t.wallet.scan.titleHere
	},
	...eachOf('wallet/live', ['nothing_opened', 'came_back'], (finding) => ({
		page: 'wallet-live',
		data: { state: 'scan', code: waiting, device: 'this', finding, returnTo },
		walletHelpPage: 'https://uni-noord.example/wallets',
		heading: (t) => t.wallet.scan.titleHere
	})),
	'wallet/live/nothing_opened/without-code': {
		page: 'wallet-live',
		data: { state: 'scan', code: { ...waiting, qr: null }, device: 'other', finding: 'nothing_opened', returnTo },
		heading: (t) => t.wallet.scan.titleHere
	},
	...eachOf('wallet', progressStates, (screen) => ({
		page: 'wallet',
		data: drawn({ screen, sessionId, expiresInMs, requestUri: null }),
		heading: (t) => t.wallet[shownAs(screen)].title
	})),
	'wallet/opened/here': {
		page: 'wallet',
		data: drawn(openedView, 'this'),
		heading: (t) => t.wallet.opened.title
	},
	'wallet/opened/no-response': {
		page: 'wallet',
		data: drawn(openedView, 'this', 'no_response'),
		heading: (t) => t.wallet.opened.title
	},
	'wallet/checking/still': {
		page: 'wallet',
		data: drawn({ ...openedView, screen: 'checking' }, 'this', 'still_checking'),
		heading: (t) => t.wallet.checking.title
	},
	...eachOf('wallet/unreachable', followed, (state) => ({
		page: 'wallet-live',
		data: { state, code: state === 'scan' ? waiting : null, device: 'other', finding: 'unreachable', returnTo },
		heading: (t) => t.wallet[state === 'scan' ? state : shownAs(state)].title
	})),
	...eachOf('wallet/ended', walletOutcomes, (outcome) => ({
		page: 'wallet',
		data: drawn({ screen: 'ended', outcome, helpCode }),
		heading: (t) => t.wallet.ended[outcome].title,
		...(!['declined', 'foreign'].includes(outcome) && { isError: true as const })
	})),
	...eachOf('wallet/only-wallet', ['declined', 'unavailable'], (outcome) => ({
		page: 'wallet',
		data: drawn({ screen: 'ended', outcome, helpCode }),
		signInMethods: { institution: false, wallet: true },
		heading: (t) => t.wallet.ended[outcome].title,
		...(outcome !== 'declined' && { isError: true as const })
	})),
	'wallet/continue': {
		page: 'continue',
		data: { continueUrl: '/login/start?provider=sts-wallet' },
		heading: (t) => t.wallet.leaving.title
	}
} satisfies Record<Needed, GalleryState> & Record<string, GalleryState>;
