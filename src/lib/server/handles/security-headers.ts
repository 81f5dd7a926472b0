import type { Handle } from '@sveltejs/kit';
import { config } from '../config';
import { fixedHeaders } from '../http/fixed-headers';
import { withDefaultHeaders } from '../http/response-headers';

/**
 * The fixed headers, and no caching, on everything that is answered here. The server entry sets the first too, for
 * files and for Kit's own redirects, which hooks don't see; here they hold in dev as well.
 */
export const securityHeaders: Handle = async ({ event, resolve }) =>
	withDefaultHeaders(await resolve(event), { 'cache-control': 'no-store', ...fixedHeaders(config().secure) });
