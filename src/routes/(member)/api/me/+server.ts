import type * as v from 'valibot';
import type { ApiClient } from '$lib/server/api/schemas';
import { publicSession } from '$lib/server/auth/account-sessions';
import { endpoint } from '$lib/server/http/endpoint';
import { Problem } from '$lib/server/http/problem';
import type { RequestHandler } from './$types';

/** The signed-in person, or the API client that sends the request. */
export const GET: RequestHandler = endpoint(({ locals: { session, apiClient } }) => {
	if (apiClient) {
		const { clientId, scopes, tokenExpiresAt } = apiClient;
		const expires = new Date(tokenExpiresAt * 1000).toISOString();
		return { clientId, scope: scopes.join(' '), expires } satisfies v.InferOutput<typeof ApiClient>;
	}
	if (!session) throw new Problem('unauthorized');
	return publicSession(session);
});
