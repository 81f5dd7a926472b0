import { endpoint, reply } from '$lib/server/http/endpoint';
import { readiness } from '$lib/server/readiness';
import type { RequestHandler } from './$types';

/** Whether this instance can serve: 200, or 503 with what is missing. For load balancers; no details of addresses. */
export const GET: RequestHandler = endpoint(async () => {
	const state = await readiness();
	return reply(state.status === 'ready' ? 200 : 503, state);
});
