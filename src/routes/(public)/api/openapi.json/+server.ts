import { apiDescription } from '$lib/server/api/openapi';
import { endpoint } from '$lib/server/http/endpoint';
import { JSON_HEADERS } from '$lib/server/http/headers';
import type { RequestHandler } from './$types';

/** The OpenAPI description, for client tools. */
export const GET: RequestHandler = endpoint(({ platform }) => {
	const bytes = apiDescription();
	return platform ? platform.jsonBytes(bytes) : new Response(bytes, { headers: JSON_HEADERS });
});
