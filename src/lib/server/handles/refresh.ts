import type { Handle } from '@sveltejs/kit';
import { renewals, SessionEnded } from '../auth/refresh';
import type { Session } from '../auth/session';
import { isApi } from '../http/request';
import { Problem, problemResponse } from '../http/problem';
import { withDefaultHeaders } from '../http/headers';
import { log } from '../log';

/** Routes that act with the access token; the others only look at the session. */
const acting = /^\/\((?:member)\)|^\/\(public\)\/(?:api\/wallet|login\/)/;

/**
 * Renews the tokens of a session before anything is done with them. A session that the STS has ended is over; while the
 * STS is away nobody is signed out: living tokens serve, and after them comes a 503 that asks to try again.
 */
export const refresh: Handle = (input) => {
	const { session } = input.event.locals;
	const isDue = session !== null && renewals().isDue(session) && acting.test(input.event.route.id ?? '');
	return isDue ? renewed(session, input) : input.resolve(input.event);
};

async function renewed(session: Session, { event, resolve }: Parameters<Handle>[0]): Promise<Response> {
	const { locals } = event;
	try {
		locals.session = await renewals().renewed(session);
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
