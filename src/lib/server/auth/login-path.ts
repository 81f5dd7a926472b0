import type { CancelNotice } from '$lib/wallet/view';
import type { SignInError } from './sign-in-errors';
import { config } from '../config';
import { boundedReturnPath } from '../http/return-path';
import type { Provider } from './session';

/**
 * The error of a sign-in and the id of the request that failed. The page shows the id as a help code, and the log
 * line has the same id.
 */
interface Failure {
	readonly error: SignInError;
	readonly requestId: string;
	/** Whether the sign-in used the wallet. The page then offers the wallet again. */
	readonly isWallet?: boolean;
}

/** What the person cancelled. This is not a failure. */
interface Stop {
	readonly stopped: CancelNotice;
}

/**
 * The path of the login page, with the return path and a failure or notice to show. The return path is checked where it is
 * followed.
 */
export function loginPath(returnTo: string | null, outcome?: Failure | Stop | false): string {
	const query = new URLSearchParams();
	if (outcome && 'error' in outcome) query.set('error', outcome.error);
	if (returnTo) query.set('returnTo', boundedReturnPath(returnTo));
	if (outcome && 'error' in outcome) query.set('helpCode', outcome.requestId);
	if (outcome && 'error' in outcome && outcome.isWallet) query.set('method', 'wallet');
	if (outcome && 'stopped' in outcome) query.set('stopped', outcome.stopped);
	return query.size > 0 ? `/login?${query}` : '/login';
}

/** The path of the first page to sign in again with the same method, or with the other method if that one is disabled. */
export function signInPath(provider: Provider, returnTo: string): string {
	const { institution, wallet } = config().signInMethods;
	const isWallet = wallet && (provider === 'sts-wallet' || !institution);
	if (isWallet) return `/login/wallet?${new URLSearchParams({ returnTo })}`;
	return `/login/start?${new URLSearchParams({ provider: 'sts', returnTo })}`;
}
