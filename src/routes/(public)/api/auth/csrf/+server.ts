import { endpoint } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

/** Auth.js clients request a CSRF token first. The portal uses its origin policy instead, so any value will do. */
export const GET: RequestHandler = endpoint(() => ({ csrfToken: crypto.randomUUID() }));
