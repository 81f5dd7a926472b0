import { endpoint } from '$lib/server/http/endpoint';
import { identityStep } from '$lib/server/wallet/identity-page';
import type { RequestHandler } from './$types';

/**
 * What `/login/identity` would show this browser now: `{view}`, or `{goTo}` for another page. For the page's own script.
 */
export const GET: RequestHandler = endpoint((event) => identityStep(event));
