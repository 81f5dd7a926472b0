import { endpoint } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

/** Auth.js's clients ask for a token first. The origin policy does its work here, so any value will do. */
export const GET: RequestHandler = endpoint(() => ({ csrfToken: crypto.randomUUID() }));
