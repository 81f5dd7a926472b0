import { KeysUnavailable } from './keys';

/** Faults in which nothing was sent: refused, no such name, no route. Node names them by code, Deno in the message. */
const neverSentCodes = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'UND_ERR_CONNECT_TIMEOUT'
]);
/** Faults of a connection that broke off or fell silent; what was sent may have arrived. */
const brokenCodes = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET']);
const neverSentText =
	/connection refused|dns error|failed to lookup|no route to host|network is unreachable|tcp connect/i;

/** Whether a failed `fetch` surely never reached the other side. */
export function isNeverSent(error: unknown): boolean {
	return causes(error).some((cause) => neverSentCodes.has(codeOf(cause)) || neverSentText.test(cause.message));
}

/** Whether an error means that the other side could not be reached, did not answer in time, answered with a 5xx, or without its keys. */
export function isAway(error: unknown): boolean {
	return causes(error).some(
		(cause) =>
			cause.name === 'TimeoutError' ||
			cause.name === 'AbortError' ||
			cause instanceof KeysUnavailable ||
			neverSentCodes.has(codeOf(cause)) ||
			brokenCodes.has(codeOf(cause)) ||
			isServerFault(cause) ||
			(cause instanceof TypeError && /fetch|network|connect|sending request|error reading/i.test(cause.message))
	);
}

/** An error and what caused it, outermost first; Auth.js wraps its cause in `{ err }`. */
export function causes(error: unknown): readonly Error[] {
	const found: Error[] = [];
	for (let current = error; current instanceof Error && found.length < 10; current = causeOf(current))
		found.push(current);
	return found;
}

function causeOf({ cause }: Error): unknown {
	return typeof cause === 'object' && cause !== null && 'err' in cause ? cause.err : cause;
}

/** The libraries put the answer's status on their errors. */
function isServerFault(error: Error): boolean {
	return 'status' in error && typeof error.status === 'number' && error.status >= 500;
}

function codeOf(error: Error): string {
	return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
