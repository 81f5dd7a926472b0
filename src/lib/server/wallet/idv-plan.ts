import type { Locale } from '$lib/i18n';
import type { Candidate, IdentityWay } from '$lib/wallet/view';
import type { IdvStatus } from '../bridge/normalize';
import type { OwnedSession } from './owned-sessions';

type Plan = Pick<IdvStatus, 'planType' | 'reason'>;

/** Whether a person confirms on our own page, instead of at the institution. */
export function isManual({ planType, reason }: Plan): boolean {
	return planType === null ? reason === 'CANDIDATE_MATCH_CONFIRMATION' : planType === 'MANUAL_REVIEW';
}

/** The same of a session: some deployments tell the plan only when verification begins. */
export function isManualFor(owned: OwnedSession, plan: Plan): boolean {
	return owned.idv === 'manual' || isManual(plan);
}

/** What the person has to do where it is not their own confirmation. */
export function wayOf({ planType }: Plan): IdentityWay {
	if (planType === 'STEP_UP') return 'step-up';
	return planType === 'SKIP_RECONCILIATION' || planType === 'USE_EXISTING_BINDING' ? 'none' : 'visit';
}

/** The candidates with their labels in one language. */
export function candidatesIn(locale: Locale, candidates: IdvStatus['candidates']): readonly Candidate[] {
	return candidates.map(({ id, label }) => ({ id, label: label[locale] }));
}
