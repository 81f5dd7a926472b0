import type { RequestEvent } from '@sveltejs/kit';
import { backendNamed } from '../backends/backend';

const backends = '/(member)/api/backends/[name]/[...path]';
const walletSessions = /^\/\(public\)\/api\/wallet\/sessions(?:\/|$)/;

/** The scope that a route asks of access tokens; null for a route that takes none. */
export function routeScope({ route, params }: Pick<RequestEvent, 'route' | 'params'>): string | null {
	const id = route.id ?? '';
	if (walletSessions.test(id)) return 'wallet:sessions';
	if (id === backends) return backendNamed(params.name ?? '')?.callerScope ?? null;
	return id === '/(member)/api/me' ? 'profile:read' : null;
}
