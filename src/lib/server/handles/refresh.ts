import type { Handle } from '@sveltejs/kit';
import { tokenRefresher, SessionEnded } from '../auth/refresh';
import type { Session } from '../auth/session';
import { isApi } from '../http/request';
import { Problem, problemResponse } from '../http/problem';
import { withDefaultHeaders } from '../http/headers';
import { log } from '../log';

/** Routes that use the access token; the others only read the session. */
const acting = /^\/\((?:member)\)|^\/\(public\)\/(?:api\/wallet|login\/)/;

/**
 * Refreshes the tokens of a session before a route uses them. A session that the STS has revoked ends. While the STS is
 * unavailable nobody is signed out: valid tokens are used, and once they have expired the response is a 503 that says to
 * try again.
 */
export const refresh: Handle = (input) => {
	const { session } = input.event.locals;
	const isDue = session !== null && tokenRefresher().isDue(session) && acting.test(input.event.route.id ?? '');
	return isDue ? renewed(session, input) : input.resolve(input.event);
};

async function renewed(session: Session, { event, resolve }: Parameters<Handle>[0]): Promise<Response> {
	const { locals } = event;
	try {
		locals.session = await tokenRefresher().refreshIfDue(session);
	} catch (error) {
		if (error instanceof SessionEnded) {
			log.info('a session has ended', { requestId: locals.requestId, code: error.message });
			locals.session = null;
			locals.sessionRevoked = true;
		} else if (error instanceof Problem) {
			if (isApi(event)) return problemResponse(error, locals.requestId);
			locals.stsUnavailable = true;
			return withDefaultHeaders(await resolve(event), error.headers);
		} else throw error;
	}
	return resolve(event);
}
