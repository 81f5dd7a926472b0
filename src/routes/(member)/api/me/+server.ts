import { publicApiClient } from '$lib/server/auth/bearer';
import { publicSession } from '$lib/server/api/schemas';
import { endpoint } from '$lib/server/http/endpoint';
import { Problem } from '$lib/server/http/problem';
import type { RequestHandler } from './$types';

/** The signed-in person, or the API client that sends the request. */
export const GET: RequestHandler = endpoint(({ locals: { session, apiClient } }) => {
	if (apiClient) return publicApiClient(apiClient);
	if (!session) throw new Problem('unauthorized');
	return publicSession(session);
});
