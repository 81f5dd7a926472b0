import { Problem, type ProblemCode } from '../http/problem';

/** Whether a service may be content with another token: it says so, or does not say why it refuses (RFC 6750 3.1). */
export function refusesToken({ status, headers }: Response): boolean {
	const challenge = headers.get('www-authenticate') ?? 'Bearer';
	const reason = /\berror="?([\w-]+)/i.exec(challenge)?.[1] ?? 'invalid_token';
	return status === 401 && /\bbearer\b/i.test(challenge) && reason === 'invalid_token';
}

/**
 * Refuses an answer that can't be passed on. Credentials are between the portal and the service, so that a refusal of them is
 * no affair of the caller's; and what a service says of its own faults stays here.
 * @throws {Problem} `upstream_invalid`, `upstream_unavailable` or `upstream_timeout`
 */
export async function assertPassable(answer: Response, backend: string): Promise<void> {
	const code = faultOf(answer.status);
	if (code === null) return;
	await answer.body?.cancel();
	const wait = answer.headers.get('retry-after') ?? '';
	throw new Problem(code, {
		facts: { backend, status: answer.status },
		...(code === 'upstream_unavailable' && /^\d{1,5}$/.test(wait) && { headers: { 'retry-after': wait } })
	});
}

function faultOf(status: number): ProblemCode | null {
	if (status === 503) return 'upstream_unavailable';
	if (status === 504) return 'upstream_timeout';
	return status === 401 || status === 407 || status >= 500 ? 'upstream_invalid' : null;
}
