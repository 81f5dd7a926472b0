import type { RequestEvent } from '@sveltejs/kit';

/**
 * Who sends a request, and which form of response the client expects. These functions use the route that Kit has matched,
 * never the raw path: `/%61pi/me` is also the route `/api/me`.
 */
type RoutedRequest = Pick<RequestEvent, 'request' | 'route' | 'url'>;

/** API routes for browsers only: links, forms and redirects of pages lead to them, and programs do not call them. */
const BROWSER_ROUTES: ReadonlySet<string> = new Set([
	'/api/auth/signin/[provider]',
	'/api/auth/signout',
	'/api/auth/callback/[provider]'
]);
/** Where an institution sends a person's browser back to. A program may call it as well. */
const IDV_CALLBACK = '/api/wallet/sessions/[id]/idv/callback';

/** The matched route without its groups, such as `/api/wallet/sessions/[id]/status`; null when no route matches. */
export function routePath({ route }: Pick<RequestEvent, 'route'>): string | null {
	if (route.id === null) return null;
	return route.id.replaceAll(/\/\([^)]*\)/g, '') || '/';
}

/**
 * Whether a request is for the API. An address without a route is classified by its decoded path, which decides the form of
 * the 404.
 */
export function isApi(event: Pick<RequestEvent, 'route' | 'url'>): boolean {
	return /^\/api(?:\/|$)/.test(routePath(event) ?? decodedPath(event.url.pathname));
}

/** Decodes a path as Kit does before it matches a route. */
function decodedPath(pathname: string): string {
	try {
		return decodeURI(pathname);
	} catch {
		return pathname;
	}
}

/**
 * Whether a request comes from a program with its own access token. Such a request never falls back to a cookie
 * (RFC 6750 2.1, RFC 9449 7.1). Tokens count on the API only, because some proxies add one to every request of a browser.
 * Basic credentials are for such proxies, never for the portal.
 */
export function hasAccessToken(event: RoutedRequest): boolean {
	if (!/^(?:bearer|dpop)(?: |$)/i.test(event.request.headers.get('authorization') ?? '')) return false;
	return isApi(event) && !BROWSER_ROUTES.has(routePath(event) ?? '');
}

/** Whether the browser reports that a navigation did not start from a page of the portal (Fetch Metadata). */
export function isForeignNavigation(request: Request): boolean {
	return (request.headers.get('sec-fetch-site') ?? 'same-origin') !== 'same-origin';
}

/** Whether the client accepts a page. Programs accept JSON, or anything. */
export function wantsPage(request: Request): boolean {
	return request.headers.get('accept')?.includes('text/html') ?? false;
}

/** Whether a browser opens the address itself, rather than a script, an image or a frame on a page. */
export function isPageNavigation(request: Request): boolean {
	const { headers, method } = request;
	const isDocument = (headers.get('sec-fetch-dest') ?? 'document') === 'document';
	return method === 'GET' && wantsPage(request) && isDocument;
}

/**
 * Whether a person reads the refusal of this request. The API responds in JSON, except on routes to which pages lead a
 * browser.
 */
export function expectsPage(event: RoutedRequest): boolean {
	const route = routePath(event) ?? '';
	return wantsPage(event.request) && (!isApi(event) || BROWSER_ROUTES.has(route) || route === IDV_CALLBACK);
}

/** Headers with which browsers mark what they load for a page that nobody has opened yet (Fetch, `Sec-Purpose`). */
const purposeHeaders = ['sec-purpose', 'purpose', 'x-moz', 'x-purpose'];

/** Whether a request is a `HEAD` or a prefetch. Such a request must not start or redeem anything. */
export function isLookAhead({ method, headers }: Request): boolean {
	return (
		method === 'HEAD' || purposeHeaders.some((name) => /prefetch|prerender|preview/i.test(headers.get(name) ?? ''))
	);
}

/** An empty response: the browser discards its prefetch, and sends the request again when the person opens the page. */
export function lookAheadResponse({ method }: Request): Response {
	return new Response(null, { status: method === 'HEAD' ? 204 : 503 });
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Whether the content type is JSON: `application/json`, or a type built on it such as `application/problem+json`. */
export function announcesJson(headers: Headers): boolean {
	return JSON_TYPE.test(headers.get('content-type') ?? '');
}

type SetHeaders = (headers: Record<string, string>) => void;

/**
 * Redirects a browser to another origin from a page of the portal, which also shows the address as a link. An HTTP redirect
 * would not work: the policy `form-action 'self'` applies to the whole redirect chain of a form (CSP3 6.3.1.1).
 */
export function redirectByRefresh(setHeaders: SetHeaders, url: string): void {
	setHeaders({ refresh: `0; url=${new URL(url).href}` });
}
