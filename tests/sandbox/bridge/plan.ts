import { fullName, type Person } from '../people.ts';
import type { Scenarios } from '../scenarios.ts';
import type { Holders } from './holders.ts';
import type { Candidate, Plan, WalletSession } from './session.ts';

const manualMethods = { manual: 'FIRST_TIME_LINK', candidates: 'CANDIDATE_MATCH_CONFIRMATION' } as const;
const rightCandidate = 'candidate-2';

/** What this holder still has to do; absent if the Bridge knows the holder. Scenarios take precedence over the person. */
export function planFor(
	session: WalletSession,
	person: Person,
	holder: string,
	{ holders, scenarios }: { holders: Holders; scenarios: Scenarios }
): Plan | undefined {
	const forced = scenarios.use('plan');
	if (forced) return { planType: forced.planType ?? 'RUN_IDV', reason: forced.reason ?? 'FIRST_TIME_LINK' };

	const known = holders.lookUp(holder);
	if (known === 'expired') return { planType: 'STEP_UP', reason: 'EXPIRED_BINDING' };
	if (session.forceReconciliation) return { planType: 'RUN_IDV', reason: 'FORCED_RECONCILIATION' };
	if (known === 'known') return undefined;
	if (scenarios.peek('match-by-subject') && holders.hasLinked(person)) return undefined;

	if (scenarios.use('several-candidates')) return { planType: 'MANUAL_REVIEW', reason: manualMethods.candidates };
	return person.linking === 'redirect'
		? { planType: 'RUN_IDV', reason: 'FIRST_TIME_LINK' }
		: { planType: 'MANUAL_REVIEW', reason: manualMethods[person.linking] };
}

/** People with that name at the institution; the second is the right one. */
export function candidatesFor(person: Person, plan: Plan): readonly Candidate[] | undefined {
	if (plan.reason !== manualMethods.candidates) return undefined;
	return ['Biology, since 2021', 'Computing science, since 2019', 'Law, since 2023'].map((programme, index) => ({
		id: `candidate-${index + 1}`,
		label: `${fullName(person)} – ${programme}`
	}));
}

export function isRightCandidate(id: string): boolean {
	return id === rightCandidate;
}
