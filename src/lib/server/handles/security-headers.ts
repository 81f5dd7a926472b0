import { dev } from '$app/environment';
import type { Handle } from '@sveltejs/kit';
import { config } from '../config';
import { fixedHeaders } from '../http/fixed-headers';
import { withDefaultHeaders } from '../http/response-headers';

const NOT_STORED = { 'cache-control': 'no-store' };

/**
 * No caching of what is answered here. The server entry sets the fixed headers on everything, Kit's own redirects and files
 * included, which hooks don't see; in dev there is no entry, and they are set here.
 */
export const securityHeaders: Handle = async ({ event, resolve }) =>
	withDefaultHeaders(await resolve(event), dev ? { ...NOT_STORED, ...fixedHeaders(config().secure) } : NOT_STORED);
