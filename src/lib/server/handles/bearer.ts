import type { Handle, RequestEvent } from '@sveltejs/kit';
import { acceptBearer } from '../auth/bearer';
import { hasAccessToken, routePath } from '../http/request';
import { endpoint } from '../http/endpoint';
import { apiRoutes } from '../api/routes';
import { backendNamed } from '../backends/proxy';

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

/** By Kit's name of the route, without its groups: `/api/wallet/sessions/[id]/status`. */
const scopes = new Map(
	apiRoutes.map(({ path, scope }) => [path.replaceAll('{', '[').replaceAll('}', ']'), scope ?? null])
);

/** The scope that a route asks of access tokens; null for a route that takes none. */
function routeScope({ route, params }: Pick<RequestEvent, 'route' | 'params'>): string | null {
	const plain = routePath({ route }) ?? '';
	if (plain === '/api/backends/[name]/[...path]') return backendNamed(params.name ?? '')?.callerScope ?? null;
	return scopes.get(plain) ?? null;
}
