import { endpoint, reply } from '$lib/server/http/endpoint';
import { readiness } from '$lib/server/readiness';
import type { RequestHandler } from './$types';

/** Readiness, for load balancers: 200, or 503 with what is missing. Contains no addresses. */
export const GET: RequestHandler = endpoint(async () => {
	const state = await readiness();
	return reply(state.status === 'ready' ? 200 : 503, state);
});
