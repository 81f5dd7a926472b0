import type { UpstreamAuthorization } from '../upstream/client';
import { audit } from '../audit';
import { Problem, storeUnavailable } from '../http/problem';
import { log } from '../log';
import type { TokenOptions } from '../config/service-client';
import { exchangedToken, replacedExchange, SubjectTokenRefused } from '../sts/token-exchange';
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

/**
 * A token that the STS issues for one backend, in exchange for the access token of the signed-in person (RFC 8693). If the
 * backend refuses it, the person's token is refreshed as above, and exchanged once more.
 */
export function exchangedAuthorization(
	locals: App.Locals,
	session: Session,
	options: TokenOptions
): UpstreamAuthorization {
	let current = session;
	let shown = '';
	const exchanged = async () => `Bearer ${(shown = await exchangedToken(accessTokenOf(current), options))}`;
	/** Whether the person now has another access token. */
	const isRefreshed = async () => {
		const isReplaced = (await replaced(locals, current)) !== null;
		if (isReplaced && locals.session) current = locals.session;
		return isReplaced;
	};
	return {
		current: async () => {
			try {
				return await exchanged();
			} catch (error) {
				if (!(error instanceof SubjectTokenRefused)) throw error;
				if (await isRefreshed()) return await exchanged().catch(asProblem);
				return asProblem(error);
			}
		},
		refresh: async () => {
			if (await isRefreshed()) return exchanged().catch(asProblem);
			const next = await replacedExchange(accessTokenOf(current), options, shown);
			return next === null ? null : `Bearer ${next}`;
		}
	};
}

/** The STS refuses even a new access token of the person, so that the cause is its policy or the configuration. */
function asProblem(error: unknown): never {
	if (!(error instanceof SubjectTokenRefused)) throw error;
	throw new Problem('upstream_invalid', { facts: { fault: 'no_exchanged_token', upstreamCode: error.code } });
}

/** Replaces a token that appears valid but was refused by the service. This is done once (RFC 6750 3.1 `invalid_token`). */
async function replaced(locals: App.Locals, refused: Session): Promise<string | null> {
	try {
		locals.session = await tokenRefresher().forceRefresh(refused);
		return locals.session === refused ? null : bearer(locals.session);
	} catch (error) {
		log.warn('a rejected access token could not be refreshed', { requestId: locals.requestId, error });
		if (!(error instanceof SessionEnded)) return null;
		audit('refresh.ended', { ...refused, reason: error.message }, locals);
		locals.session = null;
		locals.sessionEnd = 'tokens';
		throw new Problem('unauthorized');
	}
}

function bearer(session: Session): string {
	return `Bearer ${accessTokenOf(session)}`;
}

function accessTokenOf({ accessToken }: Session): string {
	if (accessToken === undefined) throw storeUnavailable();
	return accessToken;
}
