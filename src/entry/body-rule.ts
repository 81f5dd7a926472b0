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

/** The rule for a path, as `URL` gives it: without dot segments, as the application will see it. */
export function bodyRule(pathname: string, { bodyLimitBytes, backends }: BodySettings): BodyRule {
	const name = /^\/api\/backends\/([^/]+)/.exec(pathname)?.[1];
	const backend = backends.find((known) => known.name === name);
	return backend
		? { limitBytes: backend.maxRequestBytes, streams: true }
		: { limitBytes: bodyLimitBytes, streams: false };
}

/** The largest body that any request may have. */
export function largestBody({ bodyLimitBytes, backends }: BodySettings): number {
	return Math.max(bodyLimitBytes, ...backends.map(({ maxRequestBytes }) => maxRequestBytes));
}
