/** How much body a request may have, and whether its pieces go on as they come or are collected first. */
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

/** The rule for a path as `URL` gives it: encoded, without dot segments. The application matches its route by the same path. */
export function bodyRule(pathname: string, { bodyLimitBytes, backends }: BodySettings): BodyRule {
	const name = backendName(pathname);
	const backend = backends.find((known) => known.name === name);
	return backend
		? { limitBytes: backend.maxRequestBytes, streams: true }
		: { limitBytes: bodyLimitBytes, streams: false };
}

/** The parameter of the route `/api/backends/[name]/[...path]`, decoded as Kit decodes it: `/%61pi` is `/api` too. */
function backendName(pathname: string): string | undefined {
	try {
		const decoded = pathname.split('%25').map(decodeURI).join('%25');
		const name = /^\/api\/backends\/([^/]+)/.exec(decoded)?.[1];
		return name && decodeURIComponent(name);
	} catch {
		return undefined;
	}
}

/** The largest body that any request may have. */
export function largestBody({ bodyLimitBytes, backends }: BodySettings): number {
	return Math.max(bodyLimitBytes, ...backends.map(({ maxRequestBytes }) => maxRequestBytes));
}
