import type { RequestEvent } from '@sveltejs/kit';
import { apiRoutes } from '../api/routes';
import { routePath } from '../http/request';
import { backendNamed } from '../backends/backend';

/** By Kit's name of the route, without its groups: `/api/wallet/sessions/[id]/status`. */
const scopes = new Map(
	apiRoutes.map(({ path, scope }) => [path.replaceAll('{', '[').replaceAll('}', ']'), scope ?? null])
);

/** The scope that a route asks of access tokens; null for a route that takes none. */
export function routeScope({ route, params }: Pick<RequestEvent, 'route' | 'params'>): string | null {
	const plain = routePath({ route }) ?? '';
	if (plain === '/api/backends/[name]/[...path]') return backendNamed(params.name ?? '')?.callerScope ?? null;
	return scopes.get(plain) ?? null;
}
