import { config } from '$lib/server/config';
import { endpoint, reply } from '$lib/server/http/endpoint';
import { Problem } from '$lib/server/http/problem';
import type { RequestHandler } from './$types';

/**
 * The portal's public keys, with which the STS verifies its client authentication (RFC 7517 5, OIDC Registration 2 `jwks_uri`).
 * A response to a browser may carry a cookie, and must then not be cached.
 */
export const GET: RequestHandler = endpoint(({ request }) => {
	const keys = config().clientKeys.map(({ publicJwk }) => publicJwk);
	if (keys.length === 0) throw new Problem('not_found');
	return reply(200, { keys }, request.headers.has('cookie') ? {} : { 'cache-control': 'public, max-age=300' });
});
