import { dev } from '$app/environment';
import type { RequestEvent } from '@sveltejs/kit';
import type { AuditAddress } from '../audit';
import { config } from '../config';
import { truncatedNetworkOf } from '../http/request';
import { fixedHeaders, helpCodeOf, newRequestId, withDefaultHeaders, withFixedHeaders } from '../http/headers';
import { log } from '../log';
import type { Handle } from './sequence';

const NO_STORE = 'no-store';

function auditAddress(event: Pick<RequestEvent, 'getClientAddress'>): AuditAddress {
	const client = event.getClientAddress();
	const truncated = truncatedNetworkOf(client);
	return { network: truncated, shown: { none: undefined, full: client, truncated }[config().audit.address] };
}

const FOREIGN_HINT =
	'a page of another site sent the request; if people use the portal itself, AUTH_URL is not the address in their browser';

/** Logs why a request failed. A backend's own error response, which is passed on, has no code. */
function logError({ locals, route }: RequestEvent, status: number): void {
	const { requestId, errorCode: code } = locals;
	const hint = code === 'forbidden_origin' && FOREIGN_HINT;
	const cause = { ...(code !== undefined && { code }), ...(hint && { hint }) };
	log.limited('the portal responded with an error', { requestId, route: route.id, status, ...cause });
}

/**
 * Gives every request an id: it is in the log and in error responses, and it is the help code on error pages. Every error
 * response is logged, within a limit per network, so that a help desk can find the codes that people report. Responses are not stored by caches,
 * unless they have their own `cache-control` and set no cookie: any response may carry the session. The server entry sets
 * the fixed headers on everything, including Kit's own redirects and files, which hooks do not see. In dev there is no
 * entry, so they are set here.
 */
export const responseHeaders: Handle = async ({ event, resolve }) => {
	// The page of a refusal has the id of the refused request (`http/endpoint.ts`).
	const id = (event.isSubRequest && helpCodeOf(event.request.headers.get('x-request-id'))) || newRequestId();
	event.locals.requestId = id;
	event.locals.auditAddress = () => auditAddress(event);
	const response = await resolve(event);
	const { status } = response;
	if (status >= 400 && !event.isSubRequest) logError(event, status);
	const named = response.headers.has('set-cookie')
		? withFixedHeaders(response, { 'cache-control': NO_STORE })
		: response;
	return withDefaultHeaders(named, {
		'x-request-id': id,
		'cache-control': NO_STORE,
		...(dev && fixedHeaders(config().secure))
	});
};
