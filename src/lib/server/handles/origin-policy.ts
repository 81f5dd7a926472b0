import type { RequestEvent } from '@sveltejs/kit';
import { config } from '../config';
import { hasAccessToken, isApi, isWithin, type RoutePath, routePath } from '../http/request';
import { refusal } from '../http/endpoint';
import { withDefaultHeaders } from '../http/headers';
import { countRefusal } from '../metrics';
import type { Handle } from './sequence';

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
 * `unauthorized`: a client that is no browser, without an access token (401). `forbidden`: a browser request that the policy refuses (403).
 */
type OriginVerdict = 'allowed' | 'unauthorized' | 'forbidden';

const READS = new Set(['GET', 'HEAD']);
const CALLBACKS: ReadonlySet<string> = new Set<RoutePath>([
	'/api/auth/callback/[provider]',
	'/api/wallet/sessions/[id]/idv/callback'
]);
/** Its requests carry no cookie, so that nothing can be done in a browser's name. */
const BACKCHANNEL_LOGOUT: RoutePath = '/api/auth/backchannel-logout';
/** Public documents without any effect, such as the files in `static`: every other method than a read gets 405. */
const PUBLIC_DOCUMENTS: readonly RoutePath[] = ['/[x+2e]well-known'];
/**
 * What a browser may use an API response for: data of a script, a sandboxed document, an image. Backends
 * (`/api/backends`) choose their own content; as a script, style, worker or frame it would run with the portal's origin.
 */
const API_DESTINATIONS = new Set(['', 'empty', 'document', 'image']);

/**
 * Decides whether a request is allowed (Fetch Metadata; docs/security.md). The origin that a browser reports must be the
 * portal's own. The exception is a top-level navigation to a page or a callback, which may start anywhere.
 */
export function checkOrigin(facts: RequestFacts, rules: OriginRules): OriginVerdict {
	const { method, route, isApi, fetchSite, fetchMode, fetchDest } = facts;
	if (isApi && !API_DESTINATIONS.has(fetchDest ?? '')) return 'forbidden';
	if (facts.hasAccessToken || route === BACKCHANNEL_LOGOUT || isWithin(route, PUBLIC_DOCUMENTS)) return 'allowed';
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

/** Refuses requests that another site's page makes in a browser's name, on every route and method, in dev too. */
export const originPolicy: Handle = ({ event, resolve }) => {
	const { origin, corsDevOrigins } = config();
	const { headers, method } = event.request;
	const facts = {
		method,
		route: routePath(event),
		isApi: isApi(event),
		origin: headers.get('origin'),
		fetchSite: headers.get('sec-fetch-site'),
		fetchMode: headers.get('sec-fetch-mode'),
		fetchDest: headers.get('sec-fetch-dest'),
		hasCookie: headers.has('cookie'),
		hasAccessToken: hasAccessToken(event)
	};
	const verdict = checkOrigin(facts, { own: origin, development: corsDevOrigins });
	if (verdict !== 'allowed') {
		countRefusal('origin');
		return refusal(event, verdict === 'unauthorized' ? 'unauthorized' : 'forbidden_origin');
	}
	const separate = corsDevOrigins.find((known) => known === facts.origin);
	if (!separate) return resolve(event);
	return forDevelopment(method === 'OPTIONS' ? new Response(null, { status: 204 }) : resolve(event), event, separate);
};

/** Adds CORS headers for a separate front-end server; the configuration refuses this under https. */
async function forDevelopment(
	response: Response | Promise<Response>,
	event: RequestEvent,
	origin: string
): Promise<Response> {
	return withDefaultHeaders(await response, {
		'access-control-allow-origin': origin,
		'access-control-allow-credentials': 'true',
		'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
		'access-control-allow-headers': event.request.headers.get('access-control-request-headers') ?? 'content-type',
		vary: 'origin'
	});
}
