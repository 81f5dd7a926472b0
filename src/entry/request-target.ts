/** What a request line's target asks for on the public origin. */
export interface RequestTarget {
	/** Path and query, for the application. */
	readonly path: string;
	/** The path alone, as `URL` gives it: without dot segments. */
	readonly pathname: string;
}

/**
 * Reads a request line's target (RFC 9112, 3.2); `undefined` where there is none to serve. A target glued to the origin
 * unread could change the host: `x://y` behind `https://portal.example` names another one.
 */
export function readTarget(target: string, origin: string): RequestTarget | undefined {
	if (target.startsWith('/')) {
		const url = parsedUrl(origin + target);
		return url && { path: target, pathname: url.pathname };
	}
	// On Deno the target is the request's whole address, which takes its host from HTTP/2's `:authority` too.
	const host = /^https?:\/\/([^/?#]*)/i.exec(target)?.[1];
	const url = host !== undefined && isValidHost(host) ? parsedUrl(target) : undefined;
	return url && { path: url.pathname + url.search, pathname: url.pathname };
}

/** A host name, IPv4 or bracketed IPv6 address, and a port (RFC 9112 3.2). */
const HOST = /^(?:[\w.-]{1,255}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * Whether a request names a host that can be one. Deno makes the request's address of it: `x/api/health?` would be another path.
 * Which host it is does not matter, because AUTH_URL is the only origin; HTTP/1.0 names none.
 * @param host all Host headers, separated by commas: more than one is an error
 */
export function isValidHost(host: string | null): boolean {
	return host === null || HOST.test(host);
}

/** `undefined` for what is no address. */
function parsedUrl(text: string): URL | undefined {
	try {
		return new URL(text);
	} catch {
		return undefined;
	}
}
