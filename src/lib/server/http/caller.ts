/**
 * Whether a request comes with a token of its own; such a caller never falls back to a cookie (RFC 6750 2.1, RFC 9449 7.1).
 * Basic credentials are a proxy's affair, not ours.
 */
export function hasAccessToken(request: Request): boolean {
	return /^(?:bearer|dpop)(?: |$)/i.test(request.headers.get('authorization') ?? '');
}

export function isApi(path: string): boolean {
	return path === '/api' || path.startsWith('/api/');
}

/** Whether a browser says that a navigation began elsewhere than on one of our pages (Fetch Metadata). */
export function isForeignNavigation(request: Request): boolean {
	return (request.headers.get('sec-fetch-site') ?? 'same-origin') !== 'same-origin';
}

/** Whether the caller is a person's browser that wants a page, not a program that reads JSON. */
export function wantsPage(request: Request): boolean {
	return request.headers.get('accept')?.includes('text/html') ?? false;
}
