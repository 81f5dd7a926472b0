import { dev } from '$app/environment';
import type { Handle } from '@sveltejs/kit';
import { config } from '../config';
import { fixedHeaders, helpCodeOf, newRequestId, withDefaultHeaders } from '../http/headers';
import { log } from '../log';

/**
 * Names every request: the id in the log and in error answers, and the help code on error pages.
 * So that every code which somebody may bring to a help desk is in the log, each answer with an error leaves a line there.
 * No cache stores what is answered here. The server entry sets the fixed headers on everything, Kit's own redirects and files
 * included, which hooks don't see; in dev there is no entry, and they are set here.
 */
export const answerHeaders: Handle = async ({ event, resolve }) => {
	// The page of a refusal has the refused request's id (`http/endpoint.ts`).
	const id = (event.isSubRequest && helpCodeOf(event.request.headers.get('x-request-id'))) || newRequestId();
	event.locals.requestId = id;
	const response = await resolve(event);
	const { status } = response;
	if (status >= 400 && !event.isSubRequest)
		log.info('answered with an error', { requestId: id, route: event.route.id, status });
	return withDefaultHeaders(response, {
		'x-request-id': id,
		'cache-control': 'no-store',
		...(dev && fixedHeaders(config().secure))
	});
};
