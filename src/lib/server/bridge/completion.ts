import * as v from 'valibot';
import { isProblem } from '../http/problem';
import type { UpstreamAnswer } from '../upstream/exchange';
import type { CompleteResult } from './answers';
import { read } from './call';
import { readFault } from './fault-shapes';
import { CompletedAnswer, IdvNeededAnswer } from './schemas';

interface Completion {
	/** The session that the answer names, if any. */
	readonly sessionId: string | null;
	readonly result: CompleteResult;
}

const SaysIdvRequired = v.object({ status: v.literal('IDV_REQUIRED') });

/**
 * What an answer to `complete` means. The need for identity verification is told by the status 202, or in the body only.
 * @throws {Problem}
 */
export function judgeCompletion(answer: UpstreamAnswer): Completion {
	if (readFault(answer).status === 202 || v.is(SaysIdvRequired, answer.json)) {
		const { sessionId, reason } = read(IdvNeededAnswer, 'complete', { ...answer, status: 202 });
		return { sessionId, result: { kind: 'idv_required', reason } };
	}
	try {
		const { sessionId } = read(CompletedAnswer, 'complete', answer);
		return { sessionId, result: { kind: 'completed' } };
	} catch (error) {
		if (isProblem(error, 'idv_required')) return { sessionId: null, result: { kind: 'idv_required', reason: null } };
		// What was asked for is done: the STS may have been first.
		if (isProblem(error, 'session_already_completed')) return { sessionId: null, result: { kind: 'completed' } };
		throw error;
	}
}
