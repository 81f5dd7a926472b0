import { redirect, type RequestEvent } from '@sveltejs/kit';
import { type StopNotice, stopNotices } from '$lib/wallet/view';
import { loginPath } from '../auth/login-path';
import { formText } from '../http/request-body';
import { log } from '../log';
import { bridge, credentialFor } from './bridge';
import { currentSession } from './access';
import { type OwnedSession, useUpAll } from '../auth/owned-sessions';

const noticesByStatus: Partial<Record<string, StopNotice>> = {
	CREATED: 'nothing_shared',
	PENDING: 'nothing_shared',
	EXPIRED: 'nothing_shared',
	INTERACTION_STARTED: 'still_open',
	IDV_REQUIRED: 'nothing_linked'
};

/**
 * Ends this browser's sign-in with a wallet, and leads to the login page, which says what can truly be said: the Auth
 * Bridge knows how far the wallet had come. A Bridge that doesn't answer keeps nobody from stopping.
 * @param form of the page: it has the return path where the browser no longer has the wallet session
 */
export async function stopWallet(event: RequestEvent, form: FormData): Promise<never> {
	const owned = await currentSession(event);
	const stopped = await noticeOf(event, owned);
	await useUpAll(event.cookies);
	log.info('a sign-in with a wallet was stopped', { requestId: event.locals.requestId, stopped });
	return redirect(303, loginPath(owned?.returnTo ?? formText(form, 'returnTo'), { stopped }));
}

/** A notice named in a query, if it is one of ours; any other text says nothing. */
export function stopNoticeOf(text: string | null): StopNotice | null {
	return stopNotices.find((notice) => notice === text) ?? null;
}

async function noticeOf({ locals }: RequestEvent, owned: OwnedSession | undefined): Promise<StopNotice> {
	// Once a round of verification has begun, the institution may link the wallet without us.
	if (owned?.idv !== 'none') return 'nothing_kept';
	try {
		const { status } = await bridge().readStatusAfresh(owned.id, credentialFor(locals));
		return noticesByStatus[status] ?? 'nothing_kept';
	} catch {
		return 'nothing_kept';
	}
}
