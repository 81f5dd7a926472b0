import { endpoint, reply } from '$lib/server/http/endpoint';
import { invalidField } from '$lib/server/http/problem';
import { instanceReadiness, readiness } from '$lib/server/readiness';
import type { RequestHandler } from './$types';

/**
 * Readiness: 200, or 503 with what is missing. Contains no addresses. `scope=instance` is for load balancers, and does not
 * depend on other services.
 */
export const GET: RequestHandler = endpoint(async ({ url }) => {
	const scope = url.searchParams.get('scope');
	if (scope !== null && scope !== 'instance') throw invalidField('scope');
	const state = scope === null ? await readiness() : instanceReadiness();
	return reply(state.status === 'ready' ? 200 : 503, state);
});
