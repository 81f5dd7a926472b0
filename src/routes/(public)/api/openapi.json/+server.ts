import { apiDescription } from '$lib/server/api/openapi';
import { endpoint } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

/** The API, for people's tools. */
export const GET: RequestHandler = endpoint(() => apiDescription());
