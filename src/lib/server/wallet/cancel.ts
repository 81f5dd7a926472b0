import { redirect, type RequestEvent } from '@sveltejs/kit';
import { type CancelNotice, cancelNotices } from '$lib/wallet/view';
import { loginPath } from '../auth/login-path';
import { formText } from '../http/body';
import { log } from '../log';
import { bridge, credentialFor } from './bridge';
import { currentSession } from './access';
import { type OwnedSession, markAllUsed } from '../auth/owned-sessions';
import { mayBeLinked } from './linking-mark';
import { flowEnded, identityEndPath } from './outcomes';

const noticesByStatus: Partial<Record<string, CancelNotice>> = {
	CREATED: 'nothing_shared',
	PENDING: 'nothing_shared',
	EXPIRED: 'nothing_shared',
	INTERACTION_STARTED: 'still_open',
	IDV_REQUIRED: 'nothing_linked'
};

/**
 * Cancels this browser's wallet sign-in and redirects to the login page. The notice there depends on the session status at the
 * Auth Bridge. If the Auth Bridge is unavailable, the sign-in is cancelled all the same, with the notice `nothing_kept`.
 * @param form the form of the page; its `returnTo` is used if the browser no longer has the wallet session
 */
export async function cancelWallet(event: RequestEvent, form: FormData): Promise<never> {
	const owned = await currentSession(event);
	// First, so that a confirmation from another tab cannot follow what is read next.
	await markAllUsed(event.cookies);
	const stopped = await noticeOf(event, owned);
	log.info('a wallet sign-in was cancelled', { requestId: event.locals.requestId, stopped });
	return redirect(303, loginPath(owned?.returnTo ?? formText(form, 'returnTo'), { stopped }));
}

/** The notice named in a query parameter; null if it is not a known notice. */
export function cancelNoticeOf(text: string | null): CancelNotice | null {
	return cancelNotices.find((notice) => notice === text) ?? null;
}

/**
 * Ends this browser's wallet sign-in because the person said that the identity on the confirmation page is not theirs. The
 * Auth Bridge has no call for that: the portal uses its session up, so that nothing can be confirmed or linked with it, and it
 * expires there. Redirects to the page that says what happens next.
 * @param form the form of the page; its `returnTo` is used if the browser no longer has the wallet session
 */
export async function rejectIdentity(event: RequestEvent, form: FormData): Promise<never> {
	const { cookies, locals } = event;
	const owned = await currentSession(event);
	// First, so that a confirmation from another tab cannot follow what is read next.
	await markAllUsed(cookies);
	const outcome = owned && (await isUnlinked(event, owned)) ? 'not-me' : 'not-me-late';
	log.info('a person said that an identity is not theirs', { requestId: locals.requestId, outcome });
	if (owned) flowEnded(owned, outcome);
	const returnTo = owned?.returnTo ?? formText(form, 'returnTo');
	return redirect(303, identityEndPath(outcome, locals, null, returnTo));
}

/**
 * Whether the wallet is certainly not linked. Some services report `VERIFIED` before identity verification, and others after
 * it.
 */
async function isUnlinked({ locals }: RequestEvent, owned: OwnedSession): Promise<boolean> {
	if (await mayBeLinked(owned)) return false;
	try {
		const { status } = await bridge().readFreshStatus(owned.id, credentialFor(locals));
		return status === 'IDV_REQUIRED' || (status === 'VERIFIED' && owned.idv === 'none');
	} catch {
		return false;
	}
}

async function noticeOf({ locals }: RequestEvent, owned: OwnedSession | undefined): Promise<CancelNotice> {
	// Once identity verification has started, the institution may link the wallet without the portal.
	if (owned?.idv !== 'none' || (await mayBeLinked(owned))) return 'nothing_kept';
	try {
		const { status } = await bridge().readFreshStatus(owned.id, credentialFor(locals));
		return noticesByStatus[status] ?? 'nothing_kept';
	} catch {
		return 'nothing_kept';
	}
}
