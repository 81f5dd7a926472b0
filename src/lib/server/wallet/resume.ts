import type { RequestEvent } from '@sveltejs/kit';
import { loginPath } from '../auth/sign-in-errors';
import { log } from '../log';
import { endIdvRound } from './idv';
import { identityEndPath } from './ending';
import { newestReturnPath, ownedSession } from './owned-sessions';

/**
 * The return from the STS after identity verification, at `/login?wallet_session={id}&idv=complete`. Resumes only a
 * session that this browser started; answers the page to go to, without those parameters.
 */
export async function resumeIdentity(event: RequestEvent, sessionId: string): Promise<string> {
	const owned = await ownedSession(event.cookies, sessionId);
	if (!owned) {
		const { requestId } = event.locals;
		log.info('an identity verification came back to another browser', { requestId });
		return loginPath(await newestReturnPath(event.cookies), { error: 'wallet_session_foreign', requestId });
	}
	const { searchParams } = event.url;
	if (searchParams.get('error') !== null) return identityEndPath('refused-at-institution', event.locals, owned);
	if (searchParams.get('idv') === 'complete') await endIdvRound(event, owned);
	return '/login/identity';
}
