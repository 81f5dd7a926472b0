/**
 * The path and query of a request line's target (RFC 9112, 3.2), or `undefined` where there is none to serve. A target
 * glued to the origin unread could change the host: `x://y` behind `https://portal.example` names another one.
 */
export function pathAndQuery(target: string): string | undefined {
	if (target.startsWith('/')) return target;
	const url = /^https?:\/\//i.test(target) ? parsedUrl(target) : undefined;
	return url && url.pathname + url.search;
}

/** Parsed once; `undefined` for what is no address. */
export function parsedUrl(text: string): URL | undefined {
	try {
		return new URL(text);
	} catch {
		return undefined;
	}
}
