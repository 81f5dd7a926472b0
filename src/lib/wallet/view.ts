import type { ProgressState } from './flow';

/**
 * How a wallet sign-in ended without success. Each outcome has its own text and next step. `expired`: the session is over, and
 * the portal does not know whether the wallet had responded. `unfinished`: it had responded.
 */
export const walletOutcomes = [
	'declined',
	'refused',
	'unchecked',
	'expired',
	'unfinished',
	'failed',
	'unavailable',
	'foreign'
] as const;
export type WalletOutcome = (typeof walletOutcomes)[number];

/** What a help desk searches for in the log; `null` if a query named the outcome and contained no code of the portal. */
interface WithHelpCode {
	readonly helpCode: string | null;
}

/** Where the wallet is: on the device that shows this page, or on another one. */
export const walletDevices = ['this', 'other'] as const;
export type WalletDevice = (typeof walletDevices)[number];

/**
 * The response to a press of a page without JavaScript. `nothing_received`: no wallet has opened the request. `no_response`: a
 * wallet has opened it, and has not responded. `still_checking`: its response is being checked. `new_code`: there is a new code.
 */
const walletNotices = ['nothing_received', 'no_response', 'still_checking', 'new_code'] as const;
export type WalletNotice = (typeof walletNotices)[number];

/**
 * A session that waits for the wallet. `requestUri` opens a wallet on this device. `qr` is the same URI as SVG markup, or
 * null if it is too long for a QR code.
 */
export interface WaitingWallet {
	readonly screen: 'scan';
	readonly sessionId: string;
	readonly requestUri: string;
	readonly qr: string | null;
	/** Milliseconds until the code expires, at the time the page was rendered. */
	readonly expiresInMs: number;
	/** Sessions of earlier codes on this screen that a wallet may still open. */
	readonly replaced: readonly string[];
	/** A signed request for the Digital Credentials API; null if the Auth Bridge does not offer one. */
	readonly dcRequest: string | null;
	/** What the wallet is asked for, as a list in the person's language; null if it is not known. */
	readonly claims: string | null;
	/** The institution's own sentence about it, for when it is not known; null if there is none. */
	readonly claimsText: string | null;
}

/**
 * What the wallet page shows. The server creates it; it is safe to send to the owning browser. A reload can lead to every
 * screen, so a view is one plain value.
 */
export type WalletView =
	| { readonly screen: 'start' }
	| WaitingWallet
	/** `opened`: the wallet has fetched the request. `checking`: the wallet has responded. */
	| {
			readonly screen: ProgressState;
			readonly sessionId: string;
			readonly expiresInMs: number;
			/** Opens the same request again, on this device; null if that is not possible. */
			readonly requestUri: string | null;
	  }
	| ({ readonly screen: 'ended'; readonly outcome: WalletOutcome } & WithHelpCode);

/**
 * What the login page says about a sign-in that the person cancelled. `nothing_shared`: the code had not been scanned.
 * `still_open`: a wallet had opened it and not responded. `nothing_linked`: a wallet had responded, and its owner was not
 * known yet. `nothing_kept`: all other cases, including a session that cannot be read.
 */
export const cancelNotices = ['nothing_shared', 'still_open', 'nothing_linked', 'nothing_kept'] as const;
export type CancelNotice = (typeof cancelNotices)[number];

/** Why identity verification is needed (the Auth Bridge's `idvRequirementReason`). */
export const idvReasons = [
	'FIRST_TIME_LINK',
	'EXPIRED_BINDING',
	'CANDIDATE_MATCH_CONFIRMATION',
	'FORCED_RECONCILIATION'
] as const;
export type IdvReason = (typeof idvReasons)[number];

/** The page for identity verification. */
export const IDENTITY_PAGE = '/login/identity';

/**
 * What identity verification requires: a visit to the institution; a visit with a stronger check of a known person; or
 * nothing, because the wallet's link is still valid.
 */
export const identityWays = ['visit', 'step-up', 'none'] as const;
export type IdentityWay = (typeof identityWays)[number];

/** The only wallet data that leaves the portal. It is shown on `/login/identity` only, to the owning browser. */
export interface Person {
	readonly givenName?: string;
	readonly familyName?: string;
	/** ISO 8601 date, or the text that the wallet sent. */
	readonly birthdate?: string;
}

export interface Candidate {
	readonly id: string;
	readonly label: string;
}

/**
 * How identity verification ended without success. No outcome says which attribute failed. `not-me`: the person said that the
 * identity, or each of the candidates, is not theirs. `not-me-late`: the wallet may have been linked before.
 */
export const identityOutcomes = [
	'no-match',
	'not-me',
	'not-me-late',
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

/** A wallet session that has not ended. The Auth Bridge has no call that extends it. */
interface OpenSession {
	readonly sessionId: string;
	/** Milliseconds until the session ends, at the time the page was rendered. */
	readonly expiresInMs: number;
}

/** What the identity page shows, as `WalletView` is for the wallet page. */
export type IdentityView =
	/** Explains why verification is needed, shows what the wallet sent, and offers to continue. */
	| ({
			readonly screen: 'explain';
			readonly reason: IdvReason | null;
			readonly way: IdentityWay;
			readonly person: Person;
	  } & OpenSession)
	/**
	 * Asks the person to confirm that the wallet belongs to the account; `candidates` if there are several accounts to
	 * choose from.
	 */
	| ({
			readonly screen: 'confirm';
			readonly reason: IdvReason | null;
			readonly person: Person;
			readonly candidates: readonly Candidate[];
	  } & OpenSession)
	/** The verification runs at the institution, in another page of this browser; the person may go there again. */
	| ({ readonly screen: 'in-progress' } & OpenSession)
	/** A person at the institution reviews the identity; followed until the review ends. */
	| ({ readonly screen: 'review' } & OpenSession)
	| ({ readonly screen: 'ended'; readonly outcome: IdentityOutcome } & WithHelpCode);

/** A linked wallet as its owner sees it. Times are ISO 8601. */
export interface LinkedWallet {
	readonly id: string;
	/** The name of the wallet's provider; null if only its id is known. */
	readonly provider: string | null;
	/** The institution's name; null if only its id is known. */
	readonly institution: string | null;
	/** As the Auth Bridge sent them: technical details for the help desk. */
	readonly providerId: string | null;
	readonly institutionId: string | null;
	readonly createdAt: string | null;
	readonly lastUsedAt: string | null;
}
