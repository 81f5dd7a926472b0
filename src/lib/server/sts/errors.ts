import { JSON_ATTRIBUTE_COMPARISON, PARSE_ERROR, RESPONSE_IS_NOT_JSON } from 'oauth4webapi';
import { causes, oauthCodeOf, statusOf } from '../error-fields';
import { UpstreamError, type UpstreamFault } from '../http/upstream-error';
import { KeysUnavailable } from './keys';

/**
 * Faults of the connection or of the server. `redirected`, `not_json` and `bad_shape` are missing because they are a
 * misconfiguration.
 */
const UNAVAILABLE: readonly UpstreamFault[] = [
	'unreachable',
	'timeout',
	'cancelled',
	'cut_off',
	'bad_response',
	'too_large'
];

/** Whether a failed call certainly did not reach the STS. */
export function isNeverSent(error: unknown): boolean {
	return causes(error).some((cause) => cause instanceof UpstreamError && cause.code === 'unreachable');
}

/**
 * Whether the server is unavailable: it could not be reached, did not respond in time, failed, or has no keys to verify a
 * token with.
 */
export function isUnavailable(error: unknown): boolean {
	return causes(error).some(
		(cause) =>
			cause instanceof KeysUnavailable ||
			(cause instanceof UpstreamError && UNAVAILABLE.includes(cause.code)) ||
			isServerFault(cause)
	);
}

/**
 * Error codes for a failure of the STS itself. RFC 6749 defines the first two for callbacks (4.1.2.1); the token endpoints
 * of some services send them with status 400.
 */
export const serverErrors: readonly string[] = ['server_error', 'temporarily_unavailable', 'slow_down'];

/**
 * Whether the server failed, or a gateway responded in its place: 5xx, 408, 429, or a body that is not JSON. `oauth4webapi`
 * and its copy in Auth.js share these codes.
 */
function isServerFault(error: Error): boolean {
	const status = statusOf(error) ?? 0;
	if (status >= 500 || status === 408 || status === 429) return true;
	if (serverErrors.includes(oauthCodeOf(error) ?? '')) return true;
	return 'code' in error && (error.code === RESPONSE_IS_NOT_JSON || error.code === PARSE_ERROR);
}

/** OAuth errors about the portal as a client (RFC 6749, 5.2). Its operator has to act. */
const CLIENT_ERRORS: ReadonlySet<string> = new Set([
	'invalid_client',
	'unauthorized_client',
	'invalid_scope',
	'unsupported_grant_type'
]);

/** Whether the STS rejects the portal as a client, or is not the issuer that the portal is configured for. */
export function isMisconfigured(error: unknown): boolean {
	return causes(error).some(
		(cause) =>
			CLIENT_ERRORS.has(oauthCodeOf(cause) ?? '') || ('code' in cause && cause.code === JSON_ATTRIBUTE_COMPARISON)
	);
}

/** Whether the STS responded with an OAuth error code, other than those for its own failure. */
export function isRefusal(error: unknown): boolean {
	const code = causes(error)
		.map(oauthCodeOf)
		.findLast((found) => found !== undefined);
	return code !== undefined && !serverErrors.includes(code);
}
