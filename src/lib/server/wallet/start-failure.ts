import { type ActionFailure, fail, redirect } from '@sveltejs/kit';
import type { WalletView } from '$lib/wallet/view';
import { loginPath, type SignInError } from '../auth/sign-in-errors';
import { type ProblemCode, toProblem } from '../http/problem';
import { log } from '../log';
import { walletOutcomeOf } from './outcomes';

/** Faults that the login page explains; the others are shown where the code would have been. */
const onLoginPage: Partial<Record<ProblemCode, SignInError>> = {
	unauthorized: 'transaction_expired',
	rate_limited: 'rate_limited'
};

interface StartFailure {
	readonly view: WalletView;
	readonly returnTo: string;
}

/** Why no wallet session could be opened, as a page that says what to do and keeps where the person was going. */
export function startFailure(error: unknown, { requestId }: App.Locals, returnTo: string): ActionFailure<StartFailure> {
	const { code, status } = toProblem(error);
	const loginError = onLoginPage[code];
	log.warn('no wallet session could be opened', { requestId, code, error });
	if (loginError) redirect(303, loginPath(returnTo, { error: loginError, requestId }));
	return fail(status, { view: { screen: 'ended', outcome: walletOutcomeOf(code), helpCode: requestId }, returnTo });
}
