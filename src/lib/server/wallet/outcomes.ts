import { identityOutcomes, type IdentityOutcome, type WalletOutcome } from '$lib/wallet/view';
import type { ProblemCode } from '../http/problem';

/** The screen that a fault leads to; whatever has none of its own has failed for technical reasons. */
const walletOutcomes: Partial<Record<ProblemCode, WalletOutcome>> = {
	not_found: 'expired',
	wallet_declined: 'declined',
	credential_refused: 'refused',
	attribute_missing: 'refused',
	upstream_invalid: 'unavailable',
	upstream_unavailable: 'unavailable',
	upstream_timeout: 'unavailable'
};

const identityOutcomesByCode: Partial<Record<ProblemCode, IdentityOutcome>> = {
	not_found: 'expired',
	no_match: 'no-match',
	linked_elsewhere: 'linked-elsewhere',
	attribute_missing: 'attribute-missing',
	credential_refused: 'attribute-missing',
	assurance_too_low: 'assurance-too-low',
	idv_refused: 'refused-at-institution',
	wallet_declined: 'refused-at-institution',
	idv_repeated: 'again-required',
	idv_not_offered: 'not-possible',
	review_refused: 'review-refused',
	reconciliation_failed: 'no-match',
	manual_confirmation_not_offered: 'confirmation-not-offered',
	upstream_invalid: 'unavailable',
	upstream_unavailable: 'unavailable',
	upstream_timeout: 'unavailable'
};

export function walletOutcomeOf(code: ProblemCode | undefined): WalletOutcome {
	return (code && walletOutcomes[code]) ?? 'failed';
}

export function identityOutcomeOf(code: ProblemCode | undefined): IdentityOutcome {
	return (code && identityOutcomesByCode[code]) ?? 'failed';
}

/** An outcome named in a query, if it is one we know; unknown text is never shown. */
export function knownIdentityOutcome(text: string | null): IdentityOutcome | null {
	return identityOutcomes.find((outcome) => outcome === text) ?? null;
}
