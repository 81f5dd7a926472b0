/** What the policy looks at in a request. Header values as received, null when absent. */
export interface RequestFacts {
	readonly method: string;
	readonly path: string;
	readonly origin: string | null;
	readonly fetchSite: string | null;
	readonly fetchMode: string | null;
	readonly fetchDest: string | null;
	readonly hasAccessToken: boolean;
}

export interface OriginRules {
	/** The portal's own origin. */
	readonly own: string;
	/** Exact origins of separate front-end servers; development only. */
	readonly development: readonly string[];
}

const reads = new Set(['GET', 'HEAD']);
const callbacks = /^\/api\/(?:auth\/callback\/[^/]+|wallet\/sessions\/[^/]+\/idv\/callback)$/;
/** Their callers carry no cookie: nothing here could be done in a browser's name. */
const cookieless = new Set(['/api/auth/backchannel-logout']);

/**
 * Whether a request may go on (Fetch Metadata; security.md C1). What a browser says of the request's origin must
 * name us, but for a person's own navigation to a page or a callback, which may come from anywhere.
 */
export function allowsOrigin(facts: RequestFacts, rules: OriginRules): boolean {
	if (facts.hasAccessToken || cookieless.has(facts.path)) return true;
	if (facts.origin !== null && rules.development.includes(facts.origin)) return true;
	if (facts.origin !== null && facts.origin !== rules.own) return false;
	if (facts.fetchSite === null) return facts.origin !== null || reads.has(facts.method);
	return facts.fetchSite === 'same-origin' || isNavigation(facts);
}

function isNavigation({ method, path, fetchMode, fetchDest }: RequestFacts): boolean {
	const topLevel = reads.has(method) && fetchMode === 'navigate' && (fetchDest === null || fetchDest === 'document');
	const openForReturns = !/^\/api(?:\/|$)/.test(path) || callbacks.test(path);
	return topLevel && openForReturns;
}
