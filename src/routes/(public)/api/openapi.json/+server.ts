import { apiDescription } from '$lib/server/api/openapi';
import { endpoint } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

/** The OpenAPI description, for client tools. */
export const GET: RequestHandler = endpoint(() => apiDescription());
