import type { RequestEvent } from '@sveltejs/kit';
import { config } from '../config';
import { returnPath } from '../http/return-path';
import { institutions } from '../sts/institutions';
import { ownedSessions } from '../wallet/owned-sessions';
import { isProvider } from './session';
import { type SignInStart, startSignIn } from './sign-in';
import type { SignInError } from './sign-in-errors';

/** What a caller asks for, unchecked. */
export interface SignInRequest {
	readonly provider: string | null;
	readonly institution?: string | null;
	readonly returnTo?: string | null;
	/** `1`: ask for the credentials again. */
	readonly afresh?: string | null;
}

export type SignInRefusal = { readonly error: SignInError | 'not_found' };

/**
 * Checks a wish to sign in against what is known here, and starts it. Nothing of the request reaches the STS as it
 * came: the institution is one of the STS's list, the login hint this browser's own completed wallet session.
 */
export async function beginSignIn(event: RequestEvent, wanted: SignInRequest): Promise<SignInStart | SignInRefusal> {
	const { provider, institution } = wanted;
	if (!isProvider(provider)) return { error: 'not_found' };
	const returnTo = wanted.returnTo ?? null;
	if (provider === 'sts-wallet') return beginWalletSignIn(event, returnTo);

	if (institution && !(await institutions()).some(({ id }) => id === institution))
		return { error: 'institution_unknown' };
	return startSignIn(event, {
		provider,
		returnTo: returnPath(returnTo, config().origin),
		institution: institution ?? undefined,
		afresh: wanted.afresh === '1'
	});
}

async function beginWalletSignIn(event: RequestEvent, returnTo: string | null) {
	const completed = (await ownedSessions(event.cookies)).find((session) => session.completed);
	if (!completed) return { error: 'wallet_session_foreign' } as const;
	return startSignIn(event, {
		provider: 'sts-wallet',
		returnTo: returnPath(returnTo ?? completed.returnTo, config().origin),
		walletSessionId: completed.id
	});
}
