import type { Handle } from '@sveltejs/kit';
import { withDefaultHeaders } from '../http/response-headers';

/** Names every request: the id in the log and in error answers, and the help code on error pages. */
export const requestId: Handle = async ({ event, resolve }) => {
	const id = crypto.randomUUID().replaceAll('-', '').slice(0, 12);
	event.locals.requestId = id;
	return withDefaultHeaders(await resolve(event), { 'x-request-id': id });
};
