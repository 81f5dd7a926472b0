import type { RequestEvent } from '@sveltejs/kit';

/**
 * Questions about who sends a request and what it expects. They are decided by the route that Kit has matched, never by
 * the raw path: `/%61pi/me` is the route `/api/me` too.
 */
type RoutedRequest = Pick<RequestEvent, 'request' | 'route' | 'url'>;

/** API routes that belong to a person's browser: links, forms and redirects of pages lead there, and no program does. */
const BROWSER_ROUTES: ReadonlySet<string> = new Set([
	'/api/auth/signin/[provider]',
	'/api/auth/signout',
	'/api/auth/callback/[provider]'
]);
/** Where a person's browser comes back to from an institution; a program may call it as well. */
const IDV_CALLBACK = '/api/wallet/sessions/[id]/idv/callback';

/** The matched route without its groups, such as `/api/wallet/sessions/[id]/status`; null when no route matches. */
export function routePath({ route }: Pick<RequestEvent, 'route'>): string | null {
	if (route.id === null) return null;
	return route.id.replaceAll(/\/\([^)]*\)/g, '') || '/';
}

/** Whether a request is for the API. An address without a route counts by its decoded path: that decides the form of the 404. */
export function isApi(event: Pick<RequestEvent, 'route' | 'url'>): boolean {
	return /^\/api(?:\/|$)/.test(routePath(event) ?? decodedPath(event.url.pathname));
}

/** As Kit decodes a path before it looks for a route. */
function decodedPath(pathname: string): string {
	try {
		return decodeURI(pathname);
	} catch {
		return pathname;
	}
}

/**
 * Whether a request is a program's, by an access token of its own. Such a caller never falls back to a cookie
 * (RFC 6750 2.1, RFC 9449 7.1). Tokens count on the API only: some proxies add one to every request of a browser.
 * Basic credentials are for such proxies, and never for the portal.
 */
export function hasAccessToken(event: RoutedRequest): boolean {
	if (!/^(?:bearer|dpop)(?: |$)/i.test(event.request.headers.get('authorization') ?? '')) return false;
	return isApi(event) && !BROWSER_ROUTES.has(routePath(event) ?? '');
}

/** Whether a browser says that a navigation began elsewhere than on one of our pages (Fetch Metadata). */
export function isForeignNavigation(request: Request): boolean {
	return (request.headers.get('sec-fetch-site') ?? 'same-origin') !== 'same-origin';
}

/** Whether the caller accepts a page; programs ask for JSON, or for anything. */
export function wantsPage(request: Request): boolean {
	return request.headers.get('accept')?.includes('text/html') ?? false;
}

/** Whether a refusal of this request is read by a person. The API answers in JSON, except where pages lead a browser to it. */
export function expectsPage(event: RoutedRequest): boolean {
	const route = routePath(event) ?? '';
	return wantsPage(event.request) && (!isApi(event) || BROWSER_ROUTES.has(route) || route === IDV_CALLBACK);
}

/** Headers by which browsers mark what they load for a page that nobody has opened yet (Fetch, `Sec-Purpose`). */
const purposeHeaders = ['sec-purpose', 'purpose', 'x-moz', 'x-purpose'];

/** Whether a request only looks ahead (`HEAD`, a prefetch): such a request must not start or redeem anything. */
export function isLookAhead({ method, headers }: Request): boolean {
	return (
		method === 'HEAD' || purposeHeaders.some((name) => /prefetch|prerender|preview/i.test(headers.get(name) ?? ''))
	);
}

/** Nothing, so that a browser discards what it prefetched and sends the request when the person goes there. */
export function lookAheadResponse({ method }: Request): Response {
	return new Response(null, { status: method === 'HEAD' ? 204 : 503 });
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Whether the headers announce JSON: `application/json`, or a type built on it such as `application/problem+json`. */
export function announcesJson(headers: Headers): boolean {
	return JSON_TYPE.test(headers.get('content-type') ?? '');
}

type SetHeaders = (headers: Record<string, string>) => void;

/**
 * Sends a browser on to another origin from a page of ours, which also shows the address as a link. Not a redirect:
 * the policy `form-action 'self'` holds along a form's whole chain of redirects (CSP3 6.3.1.1).
 */
export function handOver(setHeaders: SetHeaders, url: string): void {
	setHeaders({ refresh: `0; url=${new URL(url).href}` });
}
