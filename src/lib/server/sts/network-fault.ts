import { PARSE_ERROR, RESPONSE_IS_NOT_JSON } from 'oauth4webapi';
import { causes, statusOf } from '../error-fields';
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

/** Whether the other side could not be reached, did not respond in time, failed, or has no keys to check a token with. */
export function isAway(error: unknown): boolean {
	return causes(error).some(
		(cause) =>
			cause instanceof KeysUnavailable ||
			(cause instanceof UpstreamError && UNAVAILABLE.includes(cause.code)) ||
			isServerFault(cause)
	);
}

/**
 * Whether the other side failed, or a gateway responded in its place: 5xx, 408, 429, or a body that is not JSON.
 * `oauth4webapi` and its copy in Auth.js share these codes.
 */
function isServerFault(error: Error): boolean {
	const status = statusOf(error) ?? 0;
	if (status >= 500 || status === 408 || status === 429) return true;
	return 'code' in error && (error.code === RESPONSE_IS_NOT_JSON || error.code === PARSE_ERROR);
}
