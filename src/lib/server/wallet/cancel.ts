import { redirect, type RequestEvent } from '@sveltejs/kit';
import { type CancelNotice, cancelNotices, type IdentityOutcome } from '$lib/wallet/view';
import { loginPath } from '../auth/login-page';
import { formText } from '../http/body';
import { logBug } from '../http/endpoint';
import { log } from '../log';
import { bridge, credentialFor } from './bridge';
import { currentSession } from './owned-sessions';
import { type OwnedSession, markAllUsed, isUsedUp, REMEMBERED_MS } from '../auth/wallet-cookies';
import { flowEnded, identityEndPath, identityOutcomeOf } from './sessions';
import type { ProblemCode } from '../http/problem';
import { consumeWalletSessionQuota } from '../http/rate-limit';
import { sharedStore, storeState } from '../store';
import type { LinkingMark } from '../store/kinds';

const keyOf = (id: string) => `wallet-linking:${id}`;

/**
 * Records that a request is about to be sent. The cookie of the session does not show it yet while that request is in progress,
 * nor if its response was lost. The caller must then check that the session is not used up, and `mayBeLinked` is
 * called for sessions that are used up: so at least one of two concurrent requests finds the mark of the other.
 */
export async function markLinking(id: string, mark: LinkingMark): Promise<void> {
	if (mark === 'submitted') await sharedStore().write(keyOf(id), mark, REMEMBERED_MS);
	// A submission says more, so it is not overwritten.
	else await sharedStore().replace(keyOf(id), null, mark, REMEMBERED_MS);
}

/** Whether the wallet of a used session may be linked. True if the shared store cannot tell. */
async function mayBeLinked({ id, idv }: OwnedSession): Promise<boolean> {
	if (idv === 'started' || idv === 'done') return true;
	const mark = (await sharedStore().read(keyOf(id)))?.text;
	// Another instance may have recorded the mark in its own memory.
	if ((await storeState()) === 'down') return true;
	// A manual confirmation has to be submitted after it was started.
	return mark !== undefined && !(mark === 'started' && idv === 'manual');
}

/**
 * The outcome to show for a problem code. A session that was used up while a confirmation was in progress may be linked, so it
 * is not shown as expired.
 */
export async function outcomeAfter(code: ProblemCode, owned: OwnedSession): Promise<IdentityOutcome> {
	const isEndedLate = code === 'not_found' && (await isUsedUp(owned.id)) && (await mayBeLinked(owned));
	return isEndedLate ? 'not-me-late' : identityOutcomeOf(code);
}

const noticesByStatus: Partial<Record<string, CancelNotice>> = {
	CREATED: 'nothing_shared',
	PENDING: 'nothing_shared',
	EXPIRED: 'nothing_shared',
	INTERACTION_STARTED: 'still_open',
	IDV_REQUIRED: 'nothing_linked'
};

/**
 * Cancels this browser's wallet sign-in and redirects to the login page. The notice there depends on the session status at the
 * Auth Bridge. If the Auth Bridge is unavailable, the sign-in is cancelled anyway, with the notice `nothing_kept`.
 * @param form the form of the page; its `returnTo` is used if the browser no longer has the wallet session
 */
export async function cancelWallet(event: RequestEvent, form: FormData): Promise<never> {
	const owned = await currentSession(event);
	// First, so that a confirmation from another tab cannot follow what is read next.
	await markAllUsed(event.cookies);
	const notice = await noticeOf(event, owned);
	log.info('a wallet sign-in was cancelled', { requestId: event.locals.requestId, stopped: notice });
	return redirect(303, loginPath(owned?.returnTo ?? formText(form, 'returnTo'), { notice }));
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
	log.info('a person rejected the proposed identity', { requestId: locals.requestId, outcome });
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
		await consumeWalletSessionQuota(owned.id);
		const { status } = await bridge().readFreshStatus(owned.id, credentialFor(locals));
		return status === 'IDV_REQUIRED' || (status === 'VERIFIED' && owned.idv === 'none');
	} catch (error) {
		logBug(error, locals.requestId);
		return false;
	}
}

async function noticeOf({ locals }: RequestEvent, owned: OwnedSession | undefined): Promise<CancelNotice> {
	// Once identity verification has started, the institution may link the wallet without the portal.
	if (owned?.idv !== 'none' || (await mayBeLinked(owned))) return 'nothing_kept';
	try {
		await consumeWalletSessionQuota(owned.id);
		const { status } = await bridge().readFreshStatus(owned.id, credentialFor(locals));
		return noticesByStatus[status] ?? 'nothing_kept';
	} catch (error) {
		logBug(error, locals.requestId);
		return 'nothing_kept';
	}
}
