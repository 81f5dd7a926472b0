import type { Candidate, IdvReason } from '$lib/wallet/view';
import type { SessionStatusValue } from '$lib/wallet/session-status';
import type { ProblemCode } from '../http/problem';

/** A session that a wallet can open. `requestUri` is what the QR code and the link hold. */
export interface CreatedSession {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly requestUri: string;
	readonly expiresInMs: number;
}

export interface SessionStatus {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly idvRequired: boolean;
	readonly idvRequirementReason: IdvReason | null;
	/** Such as `RUN_IDV`, `STEP_UP`, `FAIL_CLOSED` or `MANUAL_REVIEW`; other methods may come. */
	readonly reconciliationPlanType: string | null;
	/** Null where the Bridge tells no end: then it is 300 s after creation. */
	readonly expiresInMs: number | null;
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
	readonly candidates: readonly Candidate[];
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
	readonly providerId: string | null;
	readonly institutionId: string | null;
	readonly createdAt: string | null;
	readonly lastUsedAt: string | null;
}
