import type { Handle } from '@sveltejs/kit';
import { newRequestId } from '../http/request-id';
import { withDefaultHeaders } from '../http/response-headers';
import { log } from '../log';

/**
 * Names every request: the id in the log and in error answers, and the help code on error pages.
 * So that every code which somebody may bring to a help desk is in the log, each answer with an error leaves a line there.
 */
export const requestId: Handle = async ({ event, resolve }) => {
	const id = newRequestId();
	event.locals.requestId = id;
	const response = await resolve(event);
	const { status } = response;
	if (status >= 400) log.info('answered with an error', { requestId: id, route: event.route.id, status });
	return withDefaultHeaders(response, { 'x-request-id': id });
};
