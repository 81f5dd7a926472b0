import type { SessionStatus } from '../bridge/answers';
import type { ProblemCode } from '../http/problem';
import { paceOf } from './pace';

/** `gone`, and a status that never changes again, are the last that is heard of a session. */
export type StatusNews =
	| { readonly kind: 'status'; readonly status: SessionStatus; readonly isLast: boolean }
	| { readonly kind: 'trouble'; readonly code: ProblemCode }
	| { readonly kind: 'gone' };

export type StatusListener = (news: StatusNews) => void;

/** A status, and when it was read. */
export interface Seen {
	readonly status: SessionStatus;
	readonly atMs: number;
}

/** An end that has moved by more than this is news. */
const MOVED_MS = 2000;

/** What listeners hear of it: the time left is counted from when it was read. */
export function newsOf({ status, atMs }: Seen, nowMs: number): StatusNews {
	const { expiresInMs } = status;
	const leftMs = expiresInMs === null ? null : Math.max(0, expiresInMs - (nowMs - atMs));
	return { kind: 'status', status: { ...status, expiresInMs: leftMs }, isLast: paceOf(status.status) === 'final' };
}

/** Whether somebody who knows the one has to hear of the other. */
export function differs(before: Seen, now: Seen): boolean {
	const [a, b] = [before.status, now.status];
	const endsAtMs = ({ status, atMs }: Seen) => atMs + (status.expiresInMs ?? 0);
	return (
		a.status !== b.status ||
		a.idvRequired !== b.idvRequired ||
		a.idvRequirementReason !== b.idvRequirementReason ||
		a.reconciliationPlanType !== b.reconciliationPlanType ||
		Math.abs(endsAtMs(before) - endsAtMs(now)) > MOVED_MS
	);
}
