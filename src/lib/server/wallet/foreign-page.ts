import type { RequestEvent } from '@sveltejs/kit';
import { identityEndPath } from './ending';

/** The page for a browser that did not start the wallet session it was sent back to: a 404 that says what to do. */
export async function foreignPage({ fetch, locals }: RequestEvent): Promise<Response> {
	const page = await fetch(identityEndPath('foreign', locals));
	return new Response(page.body, { status: 404, headers: page.headers });
}
