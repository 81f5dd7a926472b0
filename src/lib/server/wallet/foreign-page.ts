import type { RequestEvent } from '@sveltejs/kit';
import { pageInstead } from '../http/endpoint';
import { identityEndPath } from './ending';

/** The page for a browser that did not start the wallet session it was sent back to: a 404 that says what to do. */
export function foreignPage(event: RequestEvent): Promise<Response> {
	return pageInstead(event, identityEndPath('foreign', event.locals), 404);
}
