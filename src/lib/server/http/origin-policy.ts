/** The facts about a request that the policy uses. Header values are as received, and null if absent. */
export interface RequestFacts {
	readonly method: string;
	/** The matched route without its groups, such as `/api/auth/callback/[provider]`; null when no route matches. */
	readonly route: string | null;
	readonly isApi: boolean;
	readonly origin: string | null;
	readonly fetchSite: string | null;
	readonly fetchMode: string | null;
	readonly fetchDest: string | null;
	readonly hasCookie: boolean;
	readonly hasAccessToken: boolean;
}

export interface OriginRules {
	/** The portal's own origin. */
	readonly own: string;
	/** Exact origins of separate front-end servers; development only. */
	readonly development: readonly string[];
}

/**
 * `unauthorized`: a program without an access token (401). `forbidden`: a browser request that the policy refuses (403).
 */
export type OriginVerdict = 'allowed' | 'unauthorized' | 'forbidden';

const READS = new Set(['GET', 'HEAD']);
const CALLBACKS = new Set(['/api/auth/callback/[provider]', '/api/wallet/sessions/[id]/idv/callback']);
/** Its requests carry no cookie, so that nothing can be done in a browser's name. */
const BACKCHANNEL_LOGOUT = '/api/auth/backchannel-logout';
/** Public documents without any effect, such as the files in `static`: every other method than a read gets 405. */
const PUBLIC_DOCUMENTS = '/[x+2e]well-known/';
/**
 * What a browser may use an API response for: data of a script, a sandboxed document, an image. Services behind
 * `/api/backends` choose their own content; as a script, style, worker or frame it would run with the portal's origin.
 */
const API_DESTINATIONS = new Set(['', 'empty', 'document', 'image']);

/**
 * Decides whether a request is allowed (Fetch Metadata; docs/security.md C1). The origin that a browser reports must be the
 * portal's own. The exception is a top-level navigation to a page or a callback, which may start anywhere.
 */
export function checkOrigin(facts: RequestFacts, rules: OriginRules): OriginVerdict {
	const { method, route, isApi, fetchSite, fetchMode, fetchDest } = facts;
	if (isApi && !API_DESTINATIONS.has(fetchDest ?? '')) return 'forbidden';
	if (facts.hasAccessToken || route === BACKCHANNEL_LOGOUT || route?.startsWith(PUBLIC_DOCUMENTS)) return 'allowed';
	if (facts.origin !== null && rules.development.includes(facts.origin)) return 'allowed';
	// Under `Referrer-Policy: no-referrer` browsers send `Origin: null` with forms of the portal's own pages.
	const origin = facts.origin === 'null' && fetchSite === 'same-origin' ? null : facts.origin;
	if (origin !== null && origin !== rules.own) return 'forbidden';
	if (fetchSite !== null) return fetchSite === 'same-origin' || isNavigation(facts) ? 'allowed' : 'forbidden';
	if (origin !== null || READS.has(method)) return 'allowed';
	const isProgram = isApi && fetchMode === null && fetchDest === null && !facts.hasCookie;
	return isProgram ? 'unauthorized' : 'forbidden';
}

function isNavigation({ method, route, isApi, fetchMode, fetchDest }: RequestFacts): boolean {
	const isTopLevel = READS.has(method) && fetchMode === 'navigate' && (fetchDest === null || fetchDest === 'document');
	return isTopLevel && (!isApi || CALLBACKS.has(route ?? ''));
}
