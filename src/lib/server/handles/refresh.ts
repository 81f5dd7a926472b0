import type { Handle } from '@sveltejs/kit';
import { renewals } from '../auth/renewal';
import { SessionEnded } from '../auth/renewals';
import { isApi } from '../http/caller';
import { Problem, problemResponse } from '../http/problem';
import { withDefaultHeaders } from '../http/response-headers';
import { log } from '../log';

/** Routes that act with the access token; the others only look at the session. */
const acting = /^\/\((?:member)\)|^\/\(public\)\/(?:api\/wallet|login\/)/;

/**
 * Renews the tokens of a session before anything is done with them. A session that the STS has ended is over; while the
 * STS is away nobody is signed out: living tokens serve, and after them comes a 503 that asks to try again.
 */
export const refresh: Handle = async ({ event, resolve }) => {
	const { locals, route, url } = event;
	if (!locals.session || !acting.test(route.id ?? '')) return resolve(event);
	try {
		locals.session = await renewals().renewed(locals.session);
	} catch (error) {
		if (error instanceof SessionEnded) {
			log.info('a session has ended', { requestId: locals.requestId, code: error.message });
			locals.session = null;
			locals.hasEnded = true;
		} else if (error instanceof Problem) {
			if (isApi(url.pathname)) return problemResponse(error, locals.requestId);
			locals.isStsAway = true;
			return withDefaultHeaders(await resolve(event), error.headers);
		} else throw error;
	}
	return resolve(event);
};
