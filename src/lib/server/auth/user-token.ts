import type { UpstreamAuthorization } from '../upstream/exchange';
import { Problem } from '../http/problem';
import { log } from '../log';
import { tokenRefresher, SessionEnded } from './refresh';
import type { Session } from './session';

/**
 * The access token of the signed-in person, for a service behind the portal. `current` throws a Problem
 * `upstream_unavailable` if the token is in the shared store, and that is unavailable.
 */
export function userAuthorization(locals: App.Locals, session: Session): UpstreamAuthorization {
	return {
		current: () => Promise.resolve(session).then(bearer),
		refresh: () => replaced(locals, session)
	};
}

/** Replaces a token that appears valid but was refused by the service. This is done once (RFC 6750 3.1 `invalid_token`). */
async function replaced(locals: App.Locals, refused: Session): Promise<string | null> {
	try {
		locals.session = await tokenRefresher().forceRefresh(refused);
		return locals.session === refused ? null : bearer(locals.session);
	} catch (error) {
		log.warn('a rejected access token could not be refreshed', { requestId: locals.requestId, error });
		if (!(error instanceof SessionEnded)) return null;
		locals.session = null;
		locals.sessionRevoked = true;
		throw new Problem('unauthorized');
	}
}

function bearer({ accessToken }: Session): string {
	if (accessToken === undefined) throw new Problem('upstream_unavailable', { facts: { store: 'unavailable' } });
	return `Bearer ${accessToken}`;
}
