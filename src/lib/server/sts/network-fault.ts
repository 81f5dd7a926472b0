import { UpstreamError, type UpstreamFault } from '../http/upstream-error';
import { KeysUnavailable } from './keys';

/** Faults of the connection or of the other side; `redirected`, `not_json` and `bad_shape` are a misconfiguration. */
const UNAVAILABLE: readonly UpstreamFault[] = [
	'unreachable',
	'timeout',
	'cancelled',
	'cut_off',
	'bad_response',
	'too_large'
];

/** Whether a failed call surely never reached the STS. */
export function isNeverSent(error: unknown): boolean {
	return causes(error).some((cause) => cause instanceof UpstreamError && cause.code === 'unreachable');
}

/** Whether an error means that the other side could not be reached, did not answer in time, answered with a 5xx, or without its keys. */
export function isAway(error: unknown): boolean {
	return causes(error).some(
		(cause) =>
			cause instanceof KeysUnavailable ||
			(cause instanceof UpstreamError && UNAVAILABLE.includes(cause.code)) ||
			isServerFault(cause)
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
