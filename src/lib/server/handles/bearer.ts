import type { Handle } from '@sveltejs/kit';
import { acceptBearer } from '../auth/bearer-caller';
import { routeScope } from '../auth/route-scope';
import { hasAccessToken } from '../http/request';
import { endpoint } from '../http/endpoint';

/**
 * Checks the access token of a program that calls a route which takes one. What is refused goes no further, whatever
 * cookies came along; and who came by cookie is not looked at.
 */
export const bearer: Handle = ({ event, resolve }) => {
	const scope = hasAccessToken(event) ? routeScope(event) : null;
	if (scope === null) return resolve(event);
	return endpoint(async () => {
		event.locals.caller = await acceptBearer(event.request, scope, event.locals.requestId);
		return resolve(event);
	})(event);
};
