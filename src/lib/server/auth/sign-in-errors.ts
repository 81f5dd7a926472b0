import { causes, isAway } from '../sts/network-fault';

/** Codes that `/login?error=` knows; each has a text in the dictionaries, unknown text is never shown. */
export const signInErrors = [
	'access_denied',
	'sign_in_failed',
	'sign_in_interrupted',
	'cookies_required',
	'transaction_expired',
	'session_expired',
	'session_too_large',
	'sts_unavailable',
	'wallet_session_foreign',
	'wallet_session_not_found',
	'wallet_not_confirmed',
	'rate_limited',
	'institution_unknown'
] as const;
export type SignInError = (typeof signInErrors)[number];

/** The code in a query, if it is one of ours; any other text counts as a failed sign-in. */
export function signInErrorOf(text: string | null): SignInError | null {
	if (text === null) return null;
	return signInErrors.find((code) => code === text) ?? 'sign_in_failed';
}

/** What the STS said on the callback (RFC 6749 4.1.2.1, OIDC Core 3.1.2.6), in our codes. */
const stsErrors: ReadonlyMap<string, SignInError> = new Map([
	['access_denied', 'access_denied'],
	['login_required', 'access_denied'],
	['consent_required', 'access_denied'],
	['interaction_required', 'access_denied'],
	['temporarily_unavailable', 'sts_unavailable'],
	['server_error', 'sts_unavailable']
]);

/**
 * Why a callback failed, from Auth.js's error and what the browser brought.
 * @param fault the error that Auth.js logged
 * @param stsError the callback's `error` parameter
 * @param hasCookies whether the browser sent any cookie at all
 */
export function callbackError(fault: unknown, stsError: string | null, hasCookies: boolean): SignInError {
	if (causes(fault).some(({ name }) => name === 'InvalidCheck'))
		return hasCookies ? 'sign_in_interrupted' : 'cookies_required';
	if (stsError !== null) return stsErrors.get(stsError) ?? 'sign_in_failed';
	return isAway(fault) ? 'sts_unavailable' : 'sign_in_failed';
}
