import type { RequestEvent } from '@sveltejs/kit';
import { endIdvRound } from './idv';
import { ownedSessions } from './owned-sessions';

/**
 * The return from the STS after identity verification, at `/login?wallet_session={id}&idv=complete`. Resumes only a
 * session that this browser started; answers the page to go to, without those parameters.
 */
export async function resumeIdentity(event: RequestEvent, sessionId: string): Promise<string> {
	const owned = (await ownedSessions(event.cookies)).find((session) => session.id === sessionId);
	if (!owned) return '/login?error=wallet_session_foreign';
	const { searchParams } = event.url;
	if (searchParams.get('error') !== null) return '/login/identity?outcome=refused-at-institution';
	if (searchParams.get('idv') === 'complete') await endIdvRound(event, owned);
	return '/login/identity';
}
