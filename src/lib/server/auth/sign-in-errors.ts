import { isAway, isMisconfigured, isRefusal } from '../sts/errors';

/** Codes that `/login?error=` knows; each has a text in the dictionaries, unknown text is never shown. */
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
	'session_too_large',
	'sts_unavailable',
	'portal_misconfigured',
	'interaction_required',
	'wallet_session_foreign',
	'wallet_session_not_found',
	'wallet_not_confirmed',
	'rate_limited',
	'institution_unknown'
] as const;
export type SignInError = (typeof signInErrors)[number];

/** Failures after which starting again is all there is to do, with nothing to change or to wait for. */
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

/** Failures whose texts are about one way to sign in. */
const errorsOfMethod: Readonly<Partial<Record<SignInError, 'institution' | 'wallet'>>> = {
	institution_unknown: 'institution',
	wallet_session_foreign: 'wallet',
	wallet_session_not_found: 'wallet',
	wallet_not_confirmed: 'wallet'
};

/**
 * The code in a query, if it is one of ours; any other text counts as a failed sign-in, and so does a failure of a way to
 * sign in that is switched off.
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

/** The `error` of a callback (RFC 6749 4.1.2.1, OIDC Core 3.1.2.6), in our codes. */
const stsErrors: ReadonlyMap<string, SignInError> = new Map([
	['access_denied', 'access_denied'],
	['login_required', 'interaction_required'],
	['consent_required', 'interaction_required'],
	['interaction_required', 'interaction_required'],
	['account_selection_required', 'interaction_required'],
	['unauthorized_client', 'portal_misconfigured'],
	['invalid_scope', 'portal_misconfigured'],
	['unsupported_response_type', 'portal_misconfigured'],
	['temporarily_unavailable', 'sts_unavailable'],
	['server_error', 'sts_unavailable']
]);

/** Why the STS sent a person back without a code. */
export function stsFault(stsError: string): SignInError {
	return stsErrors.get(stsError) ?? 'sign_in_failed';
}

/** Whether the STS gave up because the person took too long: Keycloak's way to ask for a new authorization request. */
export function isExpiredAtSts(callback: URLSearchParams): boolean {
	return (
		callback.get('error') === 'temporarily_unavailable' &&
		callback.get('error_description') === 'authentication_expired'
	);
}

/**
 * Why a code could not be redeemed.
 * @param fault what was thrown, with its causes
 */
export function callbackFault(fault: unknown): SignInError {
	if (isAway(fault)) return 'sts_unavailable';
	return isMisconfigured(fault) ? 'portal_misconfigured' : 'sign_in_failed';
}

/**
 * Why a sign-in could not be started. No request of the portal's own is refused for anything that waiting helps against.
 * @param fault what was thrown, with its causes
 */
export function startFault(fault: unknown): 'portal_misconfigured' | 'sts_unavailable' {
	return !isAway(fault) && (isMisconfigured(fault) || isRefusal(fault)) ? 'portal_misconfigured' : 'sts_unavailable';
}
