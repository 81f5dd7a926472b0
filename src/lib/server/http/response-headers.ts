const POLICY = 'content-security-policy';

/** The response with these headers where it has none of that name yet. */
export function withDefaultHeaders(response: Response, defaults: Readonly<Record<string, string>>): Response {
	return changed(response, (headers) => {
		for (const name in defaults) if (!headers.has(name)) headers.set(name, defaults[name] ?? '');
	});
}

/**
 * The response with the headers that every answer carries, in place of any of its own; but with its own policy, where it has
 * one. They are not asked for one by one: this is done to every answer.
 */
export function withFixedHeaders(response: Response, fixed: Readonly<Record<string, string>>): Response {
	return changed(response, (headers) => {
		for (const name in fixed) if (name !== POLICY || !headers.has(name)) headers.set(name, fixed[name] ?? '');
	});
}

/** The response with more cookies to set. */
export function withCookies(response: Response, setCookies: readonly string[]): Response {
	return changed(response, (headers) => {
		for (const setCookie of setCookies) headers.append('set-cookie', setCookie);
	});
}

/**
 * The same response, or a copy where its headers can't be changed: those that `Response.redirect`, `Response.error` and
 * `fetch` make. Copying every answer would cost more than all else that is done to it here.
 */
function changed(response: Response, change: (headers: Headers) => void): Response {
	try {
		change(response.headers);
		return response;
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
	}
	const { body, status, statusText } = response;
	const headers = new Headers(response.headers);
	change(headers);
	return new Response(body, { status, statusText, headers });
}
