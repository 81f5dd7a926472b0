import { withCookies } from './response-headers';

/** A 303 to an address, with cookies to set on the way (RFC 9110 15.4.4). */
export function seeOther(location: string, setCookies: readonly string[] = []): Response {
	return withCookies(new Response(null, { status: 303, headers: { location } }), setCookies);
}
