/**
 * A response whose headers can be changed: those that `Response.redirect`, `Response.error` and `fetch` make can't.
 * The body is passed on, not copied.
 */
export function writable(response: Response): Response {
	const { body, status, statusText } = response;
	const headers = new Headers(response.headers);
	return new Response(body, { status, statusText, headers });
}

/** The response with these headers where it has none of that name yet. */
export function withDefaultHeaders(response: Response, defaults: Readonly<Record<string, string>>): Response {
	const changed = writable(response);
	for (const [name, value] of Object.entries(defaults))
		if (!changed.headers.has(name)) changed.headers.set(name, value);
	return changed;
}

/** The response with more cookies to set. */
export function withCookies(response: Response, setCookies: readonly string[]): Response {
	if (setCookies.length === 0) return response;
	const changed = writable(response);
	for (const setCookie of setCookies) changed.headers.append('set-cookie', setCookie);
	return changed;
}
