import { Problem, toProblem } from '../http/problem';
import type { UpstreamAnswer } from '../upstream/exchange';
import { UpstreamError } from '../http/upstream-error';
import type { Operation } from './operation';

/** How one try of a call went. */
type Attempt = { readonly answer: UpstreamAnswer } | { readonly error: unknown };

export async function settle(answer: Promise<UpstreamAnswer>): Promise<Attempt> {
	try {
		return { answer: await answer };
	} catch (error) {
		return { error };
	}
}

/** Not after a time-out: whoever asked has waited long enough. A plain 500 may mean "not found". */
export function worthRepeating(attempt: Attempt): boolean {
	if ('answer' in attempt) return attempt.answer.status === 502 || attempt.answer.status === 503;
	return attempt.error instanceof UpstreamError && ['unreachable', 'cut_off'].includes(attempt.error.code);
}

/** The answer. @throws what was thrown instead of one, as a {@link Problem} that names the operation */
export function unwrapped(operation: Operation, attempt: Attempt): UpstreamAnswer {
	if ('answer' in attempt) return attempt.answer;
	throw withOperation(operation, attempt.error);
}

/** @param upstreamStatus HTTP status of a response that could not be read */
export function withOperation(operation: Operation, error: unknown, upstreamStatus?: number): unknown {
	if (!(error instanceof UpstreamError)) return error;
	const { code, facts } = toProblem(error);
	const status = upstreamStatus === undefined ? {} : { upstreamStatus };
	return new Problem(code, { facts: { ...facts, upstream: 'auth-bridge', operation, ...status } });
}
