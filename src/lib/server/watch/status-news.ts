import type { SessionStatus } from '../bridge/normalize';
import type { ProblemCode } from '../http/problem';
import { paceOf } from './pace';

/** `gone`, and a status that never changes again, are the last that is heard of a session. */
export type StatusNews =
	| { readonly kind: 'status'; readonly status: SessionStatus; readonly isLast: boolean }
	| { readonly kind: 'trouble'; readonly code: ProblemCode }
	| { readonly kind: 'gone' };

export type StatusListener = (news: StatusNews) => void;

/** An end that has moved by more than this is news. */
const MOVED_MS = 2000;

/** What listeners are told of a status. */
export function newsOf(status: SessionStatus): StatusNews {
	return { kind: 'status', status, isLast: paceOf(status.status) === 'final' };
}

/** Whether somebody who knows the one status has to be told of the other. */
export function differs(a: SessionStatus, b: SessionStatus): boolean {
	return (
		a.status !== b.status ||
		a.idvRequired !== b.idvRequired ||
		a.idvRequirementReason !== b.idvRequirementReason ||
		a.reconciliationPlanType !== b.reconciliationPlanType ||
		Math.abs((a.expiresAt ?? 0) - (b.expiresAt ?? 0)) > MOVED_MS
	);
}
