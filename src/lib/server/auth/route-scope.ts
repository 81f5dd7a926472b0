import type { RequestEvent } from '@sveltejs/kit';

const walletSessions = /^\/\(public\)\/api\/wallet\/sessions(?:\/|$)/;

/** The scope that a route asks of access tokens; null for a route that takes none. */
export function routeScope({ route }: Pick<RequestEvent, 'route' | 'params'>): string | null {
	const id = route.id ?? '';
	if (walletSessions.test(id)) return 'wallet:sessions';
	return id === '/(member)/api/me' ? 'profile:read' : null;
}
