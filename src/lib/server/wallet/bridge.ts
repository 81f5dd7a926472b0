import { renewals } from '../auth/renewal';
import { SessionEnded } from '../auth/renewals';
import type { Session } from '../auth/session';
import type { Credential } from '../bridge/call';
import { createBridge, type Bridge } from '../bridge/client';
import { config } from '../config';
import { Problem } from '../http/problem';
import { log } from '../log';

let client: Bridge | undefined;

/** The Auth Bridge of the configuration. */
export function bridge(): Bridge {
	return (client ??= createBridge({ ...config().bridge, warn: log.warn }));
}

/** What the portal shows the Auth Bridge: a signed-in person's access token, or nothing before sign-in. */
export function credentialFor(locals: App.Locals): Credential {
	const { session, requestId } = locals;
	if (!session) return { requestId };
	return { requestId, authorization: bearer(session), renew: () => renewedAuthorization(locals, session) };
}

/** A token that looks good and is refused all the same is replaced once (RFC 6750 3.1 `invalid_token`). */
async function renewedAuthorization(locals: App.Locals, refused: Session): Promise<string | null> {
	try {
		locals.session = await renewals().replaced(refused);
		return locals.session === refused ? null : bearer(locals.session);
	} catch (error) {
		log.warn('a refused access token could not be replaced', { requestId: locals.requestId, error });
		if (!(error instanceof SessionEnded)) return null;
		locals.session = null;
		locals.hasEnded = true;
		throw new Problem('unauthorized');
	}
}

function bearer({ accessToken }: Session): string {
	return `Bearer ${accessToken}`;
}
