import type { RequestEvent } from '@sveltejs/kit';

/** The page for a browser that did not start the wallet session it was sent back to: a 404 that says what to do. */
export async function foreignPage({ fetch }: RequestEvent): Promise<Response> {
	const page = await fetch('/login/identity?outcome=foreign');
	return new Response(page.body, { status: 404, headers: page.headers });
}
