import { redirect } from '@sveltejs/kit';
import { beginLoginTransaction, hasSignedInSince, lastInstitution } from '$lib/server/auth/login-page';
import { canStartAgain, isSessionEnd, signInErrorOf } from '$lib/server/auth/sign-in-errors';
import { config } from '$lib/server/config';
import { helpCodeOf } from '$lib/server/http/headers';
import { returnPath } from '$lib/server/http/return-path';
import { type Institution, institutions } from '$lib/server/sts/institutions';
import { chooseInstitutions } from '$lib/server/sts/institution-search';
import { ownedSessions } from '$lib/server/auth/wallet-cookies';
import { resumeIdentity } from '$lib/server/wallet/identity-page';
import { cancelNoticeOf } from '$lib/server/wallet/cancel';
import type { PageServerLoad, PageServerLoadEvent } from './$types';

export const load: PageServerLoad = async (event) => {
	const { searchParams } = event.url;
	const returning = searchParams.get('wallet_session');
	if (returning !== null && config().signInMethods.wallet) redirect(303, await resumeIdentity(event, returning));

	const error = signInErrorOf(searchParams.get('error'), config().signInMethods);
	const returnTo = returnPath(searchParams.get('returnTo'), config().origin);
	const { session } = event.locals;
	const isSignedInAgain = isSessionEnd(error) && session && hasSignedInSince(session, searchParams.get('endedAt'));
	if (isSignedInAgain || (session && !error)) redirect(303, returnTo);

	beginLoginTransaction(event.cookies);
	const listed = config().signInMethods.institution ? ((await institutions(event.locals.locale())) ?? []) : [];
	const last = lastInstitution(event.cookies, listed);
	return {
		choice: chooseInstitutions(listed, searchParams.get('q'), searchParams.get('page')),
		last,
		startUrl: `/login/start?${new URLSearchParams({ provider: 'sts', returnTo })}`,
		returnTo,
		error,
		startAgainUrl: canStartAgain(error) ? startAgainUrl(event, returnTo, last) : null,
		stopped: error === null && config().signInMethods.wallet ? cancelNoticeOf(searchParams.get('stopped')) : null,
		helpCode: error && helpCodeOf(searchParams.get('helpCode'))
	};
};

/**
 * Starts the previously chosen way to sign in with one click. Null if its wallet session is gone: a new one requires a
 * form.
 */
function startAgainUrl({ url, cookies }: PageServerLoadEvent, returnTo: string, last: Institution | null) {
	const { institution, wallet } = config().signInMethods;
	const isWallet = wallet && (!institution || url.searchParams.get('method') === 'wallet');
	if (isWallet && !ownedSessions(cookies).some(({ completed }) => completed)) return null;
	const query = isWallet
		? { provider: 'sts-wallet', returnTo }
		: { provider: 'sts', returnTo, ...(last && { institution: last.id }) };
	return `/login/start?${new URLSearchParams(query)}`;
}
