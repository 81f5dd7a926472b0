import type { RequestEvent } from '@sveltejs/kit';
import { log } from '../log';
import { bridge, credentialFor } from './bridge';
import { identityEndPath } from './ending';
import { endIdvRound } from './idv';
import { identityOutcomeOf } from './outcomes';
import type { OwnedSession } from './owned-sessions';
import { requireUnused } from './used-sessions';
import { reasonOf } from './why-failed';

/**
 * Ends the round at the institution; answers the page that shows where the person stands. A code works once: what comes
 * again (Back, reload) goes on without it.
 */
export async function finishIdv(event: RequestEvent, owned: OwnedSession): Promise<string> {
	if (owned.idv === 'done') return '/login/identity';
	try {
		await requireUnused(owned.id);
		await bridge().finishIdv(owned.id, event.url.searchParams, credentialFor(event.locals));
		await endIdvRound(event, owned);
		return '/login/identity';
	} catch (error) {
		const code = await reasonOf(error, event, owned);
		log.warn('identity verification did not finish', { requestId: event.locals.requestId, code });
		return identityEndPath(identityOutcomeOf(code), event.locals, owned);
	}
}
