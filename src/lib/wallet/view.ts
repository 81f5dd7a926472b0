import type { ProgressState } from './flow';

/**
 * What the wallet and identity pages draw: made on the server, safe to send to the owning browser.
 * Every screen can be reached by a reload, so each is one plain value.
 */

/** How a wallet sign-in ended without success; each has a text and a next step of its own. */
export const walletOutcomes = ['declined', 'refused', 'expired', 'failed', 'unavailable', 'foreign'] as const;
export type WalletOutcome = (typeof walletOutcomes)[number];

/** What a help desk looks for in the log; `null` where a query named the ending and brought no code of ours. */
interface WithHelpCode {
	readonly helpCode: string | null;
}

/**
 * A session that waits for the wallet: `requestUri` opens a wallet on this device, `qr` is the same as SVG markup, or null
 * when the address is too long for a QR code.
 */
export interface WaitingWallet {
	readonly screen: 'scan';
	readonly sessionId: string;
	readonly requestUri: string;
	readonly qr: string | null;
	/** Milliseconds until the code dies, as read when the page was drawn. */
	readonly expiresInMs: number;
	/** Sessions of earlier codes on this screen that a wallet may still open. */
	readonly replaced: readonly string[];
}

export type WalletView =
	| { readonly screen: 'start' }
	| WaitingWallet
	/** `opened`: the wallet has fetched the request. `checking`: the wallet has answered. */
	| { readonly screen: ProgressState; readonly sessionId: string; readonly expiresInMs: number }
	| ({ readonly screen: 'ended'; readonly outcome: WalletOutcome } & WithHelpCode);

/**
 * What is true of a sign-in that a person stopped, for the login page to say. `nothing_shared`: nobody had scanned the
 * code. `still_open`: a wallet had opened it and not answered. `nothing_linked`: it had answered, and its owner was not
 * known yet. `nothing_kept`: any other, one that can't be read among them.
 */
export const stopNotices = ['nothing_shared', 'still_open', 'nothing_linked', 'nothing_kept'] as const;
export type StopNotice = (typeof stopNotices)[number];

/** Why identity verification is needed (the Auth Bridge's `idvRequirementReason`). */
export const idvReasons = [
	'FIRST_TIME_LINK',
	'EXPIRED_BINDING',
	'CANDIDATE_MATCH_CONFIRMATION',
	'FORCED_RECONCILIATION'
] as const;
export type IdvReason = (typeof idvReasons)[number];

/**
 * What identity verification takes: a visit to the institution; one with a stronger check of somebody who is known; or
 * nothing at all, for the wallet's link still serves.
 */
export const identityWays = ['visit', 'step-up', 'none'] as const;
export type IdentityWay = (typeof identityWays)[number];

/** The only wallet data that leaves the portal: drawn for the owning browser on `/login/identity` alone. */
export interface Person {
	readonly givenName?: string;
	readonly familyName?: string;
	/** ISO 8601 date, or the text the wallet gave. */
	readonly birthdate?: string;
}

export interface Candidate {
	readonly id: string;
	readonly label: string;
}

/** How identity verification ended without success; none says which attribute failed. */
export const identityOutcomes = [
	'no-match',
	'linked-elsewhere',
	'attribute-missing',
	'assurance-too-low',
	'expired',
	'refused-at-institution',
	'review-refused',
	'confirmation-not-offered',
	'not-possible',
	'again-required',
	'foreign',
	'failed',
	'unavailable'
] as const;
export type IdentityOutcome = (typeof identityOutcomes)[number];

export type IdentityView =
	/** Explains why, shows what the wallet gave, and offers to go on. */
	| {
			readonly screen: 'explain';
			readonly reason: IdvReason | null;
			readonly way: IdentityWay;
			readonly person: Person;
	  }
	/** Asks to confirm that the wallet's person is the account's; `candidates` when there are several to choose from. */
	| {
			readonly screen: 'confirm';
			readonly reason: IdvReason | null;
			readonly person: Person;
			readonly candidates: readonly Candidate[];
	  }
	/** The institution is asked, in another page of this browser; the person may go there again. */
	| { readonly screen: 'in-progress'; readonly sessionId: string }
	/** A person at the institution looks at it; followed until it ends. */
	| { readonly screen: 'review'; readonly sessionId: string }
	| ({ readonly screen: 'ended'; readonly outcome: IdentityOutcome } & WithHelpCode);
