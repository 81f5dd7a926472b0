import type { RouteId } from '$app/types';
import { isHttpError, isRedirect, type RequestEvent } from '@sveltejs/kit';
import { discard, logBug, refusal } from '../http/endpoint';
import { expectsPage, isApi } from '../http/request';
import { problemResponse, toProblem } from '../http/problem';
import { withDefaultHeaders } from '../http/headers';
import type { Handle } from './sequence';

/** Kit never responds here itself: the route handles every method. A backend may respond with any status and type. */
const BACKENDS: RouteId = '/(member)/api/backends/[name]/[...path]';

/**
 * Kit responds to an unknown or malformed address below `/api`, an unknown method, or an exception of a handle, with a page,
 * text without a type or JSON of another form. API clients get a JSON problem instead, and people an error page.
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
	const own = isApi(event) ? problemResponse(code, event.locals) : await refusal(event, code);
	return withDefaultHeaders(own, allow ? { allow } : {});
};

/** What a response of Kit's own becomes; null for any other response. */
function codeOf({ status, headers }: Response, event: RequestEvent) {
	if (event.route.id === BACKENDS) return null;
	const type = headers.get('content-type');
	// Kit's 405 has no type, except for a form that is sent to a page without one: that is an error page.
	if (status === 405 && type === null) return 'method_not_allowed';
	// A 400 or 404 of an existing route is left unchanged: a person may read it as a page.
	if (event.route.id !== null || !isApi(event) || type?.startsWith('application/json')) return null;
	// A path with a malformed escape matches no route.
	if (status === 400) return 'invalid_request';
	return status === 404 ? 'not_found' : null;
}
