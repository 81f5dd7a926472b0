import type { StopNotice } from '$lib/wallet/view';
import type { SignInError } from './sign-in-errors';
import { config } from '../config';
import { boundedReturnPath } from '../http/return-path';
import type { Provider } from './session';

/** What a sign-in failed with, and the id of the request that failed: the page's help code, and its line in the log. */
interface Failure {
	readonly error: SignInError;
	readonly requestId: string;
	/** Whether it was a sign-in with the wallet: the page then offers that again. */
	readonly isWallet?: boolean;
}

/** What a person stopped, which is no failure. */
interface Stop {
	readonly stopped: StopNotice;
}

/** The login page, with where to go on to afterwards (checked where it is followed) and what it has to tell. */
export function loginPath(returnTo: string | null, news?: Failure | Stop | false): string {
	const query = new URLSearchParams();
	if (news && 'error' in news) query.set('error', news.error);
	if (returnTo) query.set('returnTo', boundedReturnPath(returnTo));
	if (news && 'error' in news) query.set('helpCode', news.requestId);
	if (news && 'error' in news && news.isWallet) query.set('method', 'wallet');
	if (news && 'stopped' in news) query.set('stopped', news.stopped);
	return query.size > 0 ? `/login?${query}` : '/login';
}

/**
 * The first page of signing in again as before; in the other way where that one is switched off.
 * @param asksLogin whether the STS is to authenticate the person again; a wallet asks its owner anyway
 */
export function signInPath(provider: Provider, returnTo: string, asksLogin = false): string {
	const { institution, wallet } = config().signInMethods;
	const isWallet = wallet && (provider === 'sts-wallet' || !institution);
	if (isWallet) return `/login/wallet?${new URLSearchParams({ returnTo })}`;
	return `/login/start?${new URLSearchParams({ provider: 'sts', ...(asksLogin && { afresh: '1' }), returnTo })}`;
}
