/** How large a request's body may be, and whether it goes on piece by piece or is collected first. */
export interface BodyRule {
	limitBytes: number;
	streams: boolean;
}

/** What the rule depends on. */
export interface BodySettings {
	bodyLimitBytes: number;
	/** The services behind `/api/backends/{name}/`, each with a limit of its own. */
	backends: readonly { readonly name: string; readonly maxRequestBytes: number }[];
}

/**
 * The rule for a request's body. Only what is too large to collect streams to its service: chunked, or announced as larger.
 * @param pathname as `URL` gives it: encoded, without dot segments. The application matches its route by the same path.
 * @param announced the Content-Length header
 */
export function bodyRule(pathname: string, announced: string | null, settings: BodySettings): BodyRule {
	const { bodyLimitBytes, backends } = settings;
	const name = backendName(pathname);
	const backend = backends.find((known) => known.name === name);
	if (!backend) return { limitBytes: bodyLimitBytes, streams: false };
	const isSmall = announced !== null && Number(announced) <= bodyLimitBytes;
	return { limitBytes: backend.maxRequestBytes, streams: !isSmall };
}

/** The parameter of the route `/api/backends/[name]/[...path]`; undefined for any other path. */
function backendName(pathname: string): string | undefined {
	const name = /^\/api\/backends\/([^/]+)/.exec(decodedPath(pathname) ?? '')?.[1];
	try {
		return name && decodeURIComponent(name);
	} catch {
		return undefined;
	}
}

/** A path as Kit decodes it before it looks for a route: `/%61pi` is `/api` too. Undefined where that fails. */
export function decodedPath(pathname: string): string | undefined {
	try {
		return pathname.split('%25').map(decodeURI).join('%25');
	} catch {
		return undefined;
	}
}
