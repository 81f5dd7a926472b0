import { isUnavailable, isMisconfigured, isRefusal } from '../sts/responses';

/** Error codes that `/login?error=` accepts. Each has a text in the dictionaries; unknown values are never shown. */
export const signInErrors = [
	'access_denied',
	'sign_in_failed',
	'sign_in_interrupted',
	'sign_in_expired',
	'sign_in_replaced',
	'sign_in_updated',
	'cookies_required',
	'transaction_expired',
	'session_expired',
	'session_ended',
	'session_too_large',
	'sts_unavailable',
	'portal_misconfigured',
	'interaction_required',
	'step_up_refused',
	'wallet_session_foreign',
	'wallet_session_not_found',
	'wallet_not_confirmed',
	'rate_limited',
	'institution_unknown'
] as const;
export type SignInError = (typeof signInErrors)[number];

/** The end of a session, which is not a failure. */
export function isSessionEnd(error: SignInError | null): boolean {
	return error === 'session_expired' || error === 'session_ended';
}

/** Failures that are resolved by starting again, with nothing to change or to wait for. */
const startAgain: ReadonlySet<SignInError> = new Set([
	'sign_in_failed',
	'sign_in_interrupted',
	'sign_in_expired',
	'sign_in_replaced',
	'sign_in_updated',
	'interaction_required'
]);

export function canStartAgain(error: SignInError | null): boolean {
	return error !== null && startAgain.has(error);
}

/** Failures whose texts are about one sign-in method. */
const errorsOfMethod: Readonly<Partial<Record<SignInError, 'institution' | 'wallet'>>> = {
	institution_unknown: 'institution',
	wallet_session_foreign: 'wallet',
	wallet_session_not_found: 'wallet',
	wallet_not_confirmed: 'wallet'
};

/**
 * The error code in a query. Any other text counts as `sign_in_failed`, and so does an error about a disabled sign-in
 * method.
 */
export function signInErrorOf(
	text: string | null,
	signInMethods: Readonly<Record<'institution' | 'wallet', boolean>>
): SignInError | null {
	if (text === null) return null;
	const error = signInErrors.find((code) => code === text) ?? 'sign_in_failed';
	const method = errorsOfMethod[error];
	return method === undefined || signInMethods[method] ? error : 'sign_in_failed';
}

/** The portal's codes for the `error` of a callback (RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6). */
const stsErrors: ReadonlyMap<string, SignInError> = new Map([
	['access_denied', 'access_denied'],
	// OpenID Connect Core Error Code unmet_authentication_requirements 1.0.
	['unmet_authentication_requirements', 'step_up_refused'],
	['login_required', 'interaction_required'],
	['consent_required', 'interaction_required'],
	['interaction_required', 'interaction_required'],
	['account_selection_required', 'interaction_required'],
	// The STS refuses the portal's own request: the same request would be refused again. RFC 8707 2 has `invalid_target`.
	['invalid_request', 'portal_misconfigured'],
	['invalid_client', 'portal_misconfigured'],
	['unauthorized_client', 'portal_misconfigured'],
	['invalid_scope', 'portal_misconfigured'],
	['invalid_target', 'portal_misconfigured'],
	['unsupported_response_type', 'portal_misconfigured'],
	['request_not_supported', 'portal_misconfigured'],
	['request_uri_not_supported', 'portal_misconfigured'],
	['invalid_request_object', 'portal_misconfigured'],
	['temporarily_unavailable', 'sts_unavailable'],
	['server_error', 'sts_unavailable']
]);

/** The portal's code for a callback that has an error in place of an authorization code. */
export function stsFault(stsError: string): SignInError {
	return stsErrors.get(stsError) ?? 'sign_in_failed';
}

/**
 * Whether the login at the STS expired because the person took too long. With this error, Keycloak tells the client to send
 * a new authorization request.
 */
export function isExpiredAtSts(callback: URLSearchParams): boolean {
	return (
		callback.get('error') === 'temporarily_unavailable' &&
		callback.get('error_description') === 'authentication_expired'
	);
}

/**
 * Why an authorization code could not be redeemed.
 * @param fault the thrown value, with its causes
 */
export function callbackFault(fault: unknown): SignInError {
	if (isUnavailable(fault)) return 'sts_unavailable';
	return isMisconfigured(fault) ? 'portal_misconfigured' : 'sign_in_failed';
}

/**
 * Why a sign-in could not be started. If the STS rejects the portal's own request, waiting does not help: that is a
 * misconfiguration.
 * @param fault the thrown value, with its causes
 */
export function startFault(fault: unknown): 'portal_misconfigured' | 'sts_unavailable' {
	return !isUnavailable(fault) && (isMisconfigured(fault) || isRefusal(fault))
		? 'portal_misconfigured'
		: 'sts_unavailable';
}
