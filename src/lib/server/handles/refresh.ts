import type { RouteId } from '$app/types';
import type { RequestEvent } from '@sveltejs/kit';
import { audit } from '../audit';
import { tokenRefresher, SessionEnded } from '../auth/refresh';
import type { Session } from '../auth/session';
import { isApi, isWithin } from '../http/request';
import { Problem, problemResponse } from '../http/problem';
import { withDefaultHeaders } from '../http/headers';
import { log } from '../log';
import type { Handle } from './sequence';

/** Routes that refresh the tokens before they use them. The sign-in page itself does not. */
const acting: readonly RouteId[] = ['/(member)', '/(public)/api/wallet', '/(public)/login'];

function isActing({ route }: RequestEvent): boolean {
	return isWithin(route.id, acting) && route.id !== '/(public)/login';
}

/** Whether a route uses the session's tokens; the others only read the session. */
export function usesTokens(event: RequestEvent): boolean {
	return isActing(event) || event.route.id === '/(public)/api/auth/signout';
}

/**
 * Refreshes the tokens of a session before a route uses them. A session that the STS has revoked ends. While the STS is
 * unavailable, no session ends: valid tokens are used, and once they have expired the response is a 503 that says to
 * try again.
 */
export const refresh: Handle = (input) => {
	const { session } = input.event.locals;
	const isDue = session !== null && tokenRefresher().isDue(session) && isActing(input.event);
	return isDue ? refreshed(session, input) : input.resolve(input.event);
};

async function refreshed(session: Session, { event, resolve }: Parameters<Handle>[0]): Promise<Response> {
	const { locals } = event;
	try {
		locals.session = await tokenRefresher().refreshIfDue(session);
	} catch (error) {
		if (error instanceof SessionEnded) {
			logSessionEnd(error.message, locals);
			audit('refresh.ended', { ...session, reason: error.message }, locals);
			locals.session = null;
			locals.sessionEnd = 'tokens';
		} else if (error instanceof Problem) {
			if (isApi(event)) return problemResponse(error, locals);
			locals.stsUnavailable = true;
			return withDefaultHeaders(await resolve(event), error.headers);
		} else throw error;
	}
	return resolve(event);
}

/** Logs that a request ended a session. @param code why */
export function logSessionEnd(code: string, { requestId }: App.Locals): void {
	log.info('a session has ended', { requestId, code });
}
