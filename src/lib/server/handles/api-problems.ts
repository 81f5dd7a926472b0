import type { RouteId } from '$app/types';
import { isHttpError, isRedirect, type RequestEvent } from '@sveltejs/kit';
import { discard, logBug } from '../http/endpoint';
import { expectsPage, isApi } from '../http/request';
import { problemResponse, toProblem } from '../http/problem';
import { withDefaultHeaders } from '../http/headers';
import type { Handle } from './sequence';

/** Kit never responds here itself: the route handles every method. A backend may respond with any status and type. */
const BACKENDS: RouteId = '/(member)/api/backends/[name]/[...path]';

/**
 * Kit responds to an unknown or malformed address below `/api`, an unknown method, or an exception of a handle, with a page,
 * plain text or JSON of another form. API clients get a JSON problem instead.
 */
export const apiProblems: Handle = async ({ event, resolve }) => {
	let response: Response;
	try {
		response = await resolve(event);
	} catch (error) {
		if (!isApi(event) || expectsPage(event) || isRedirect(error) || isHttpError(error)) throw error;
		logBug(error, event.locals.requestId);
		return problemResponse(toProblem(error), event.locals);
	}
	const code = codeOf(response, event);
	if (!code) return response;
	discard(response);
	const allow = response.headers.get('allow');
	return withDefaultHeaders(problemResponse(code, event.locals), allow ? { allow } : {});
};

/** What a response of Kit's own becomes; null for any other response. */
function codeOf({ status, headers }: Response, event: RequestEvent) {
	const isOurs = headers.get('content-type')?.startsWith('application/json');
	if (isOurs || !isApi(event) || event.route.id === BACKENDS) return null;
	if (status === 405) return 'method_not_allowed';
	// A 400 or 404 of an existing route is left unchanged: a person may read it as a page.
	if (event.route.id !== null) return null;
	// A path with a malformed escape matches no route.
	if (status === 400) return 'invalid_request';
	return status === 404 ? 'not_found' : null;
}
