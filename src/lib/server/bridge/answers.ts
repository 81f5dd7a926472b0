import type { IdvReason } from '$lib/wallet/view';
import type { SessionStatusValue } from '$lib/wallet/session-status';
import type { ProblemCode } from '../http/problem';
import type { Localised } from '../upstream/lenient';

/** A session that a wallet can open. `requestUri` is what the QR code and the link hold. */
export interface CreatedSession {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly requestUri: string;
	/** How long it lives from now on. */
	readonly expiresInMs: number;
	/** The same end by the Bridge's clock, which may be wrong: to compare with `SessionStatus.expiresAt` only. */
	readonly expiresAt: number | null;
}

export interface SessionStatus {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly idvRequired: boolean;
	readonly idvRequirementReason: IdvReason | null;
	/** Such as `RUN_IDV`, `STEP_UP`, `FAIL_CLOSED` or `MANUAL_REVIEW`; other methods may come. */
	readonly reconciliationPlanType: string | null;
	/** Unix milliseconds by the Bridge's clock, which may be wrong (`remainingMs` in `wallet/status.ts`); null where it does not say. */
	readonly expiresAt: number | null;
	/** Why a session failed, in the portal's own codes; for pages, not part of the API's answer. */
	readonly errorCode?: ProblemCode;
}

export type CompleteResult =
	{ readonly kind: 'completed' } | { readonly kind: 'idv_required'; readonly reason: IdvReason | null };

/** `redirectUrl` null: there is nowhere to go; confirm by hand, or complete now. */
export interface IdvStart {
	readonly sessionId: string;
	readonly redirectUrl: string | null;
	readonly planType: string | null;
	readonly reason: IdvReason | null;
}

export interface IdvStatus {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly planType: string | null;
	readonly reason: IdvReason | null;
	/** Labels are personal data: for `/login/identity` and the owning browser only. */
	readonly candidates: readonly { readonly id: string; readonly label: Localised }[];
	readonly errorCode?: ProblemCode;
}

/** What a finished or submitted identity verification says of its session. */
export interface IdvOutcome {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly errorCode?: ProblemCode;
}

/** A wallet that is linked to a subject. Times are ISO 8601. */
export interface Binding {
	readonly id: string;
	readonly providerId: Localised | null;
	readonly institutionId: Localised | null;
	readonly createdAt: string | null;
	readonly lastUsedAt: string | null;
}
