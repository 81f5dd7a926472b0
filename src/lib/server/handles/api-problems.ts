import { isHttpError, isRedirect } from '@sveltejs/kit';
import { logBug } from '../http/endpoint';
import { expectsPage, isApi } from '../http/request';
import { problemResponse, toProblem } from '../http/problem';
import { withDefaultHeaders } from '../http/headers';
import type { Handle } from './sequence';

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
	const code = codeOf(response.status, event.route.id === null);
	if (!code || !isApi(event)) return response;
	const isOurs = response.headers.get('content-type')?.startsWith('application/json');
	if (isOurs) return response;
	const allow = response.headers.get('allow');
	return withDefaultHeaders(problemResponse(code, event.locals), allow ? { allow } : {});
};

/** A 400 or 404 of an existing route is left unchanged: a person may read it as a page. */
function codeOf(status: number, isUnknownAddress: boolean) {
	if (status === 405) return 'method_not_allowed';
	if (!isUnknownAddress) return null;
	// A path with a malformed escape matches no route.
	if (status === 400) return 'invalid_request';
	return status === 404 ? 'not_found' : null;
}
