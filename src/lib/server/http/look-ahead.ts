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
