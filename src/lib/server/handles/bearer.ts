import type { Handle, RequestEvent } from '@sveltejs/kit';
import { audit } from '../audit';
import { acceptBearer } from '../auth/bearer';
import { hasAccessToken, routePath } from '../http/request';
import { endpoint } from '../http/endpoint';
import { Problem } from '../http/problem';
import { apiRoutes } from '../api/routes';
import { backendNamed } from '../backends/proxy';

/**
 * Checks the access token of an API client on the routes that accept one. A refused token ends the request, even if session
 * cookies came with it. Requests without a token are passed on unchecked.
 */
export const bearer: Handle = ({ event, resolve }) => {
	const scope = hasAccessToken(event) ? routeScope(event) : null;
	if (scope === null) return resolve(event);
	return endpoint(async () => {
		event.locals.apiClient = await acceptBearer(event.request, scope, event.locals.requestId).catch(
			(error: unknown) => {
				if (error instanceof Problem && isAdministrative(event))
					audit('admin.refused', { reason: error.code }, event.locals);
				throw error;
			}
		);
		return resolve(event);
	})(event);
};

function isAdministrative({ route }: Pick<RequestEvent, 'route'>): boolean {
	return routePath({ route })?.startsWith('/api/admin/') === true;
}

/** Keyed by Kit's route id without its groups: `/api/wallet/sessions/[id]/status`. */
const scopes = new Map(
	apiRoutes.map(({ path, scope }) => [path.replaceAll('{', '[').replaceAll('}', ']'), scope ?? null])
);

/** The scope that a route requires of access tokens; null for a route that accepts none. */
function routeScope({ route, params }: Pick<RequestEvent, 'route' | 'params'>): string | null {
	const plain = routePath({ route }) ?? '';
	if (plain === '/api/backends/[name]/[...path]') return backendNamed(params.name ?? '')?.callerScope ?? null;
	return scopes.get(plain) ?? null;
}
