/** Of a request these reach a service; cookies, credentials and what proxies say do not (docs/security.md U2). */
const FROM_CALLER = [
	'accept',
	'accept-language',
	'content-language',
	'idempotency-key',
	'if-match',
	'if-modified-since',
	'if-none-match',
	'if-range',
	'if-unmodified-since',
	'last-event-id',
	'prefer',
	'range'
];
/** Said of a body, where there is one. */
const OF_BODY = ['content-type', 'content-length', 'content-encoding'];

/** Of an answer these reach the caller; the rest is the service's own affair, or the portal's (docs/security.md U3). */
const FROM_SERVICE = [
	'accept-ranges',
	'allow',
	'content-disposition',
	'content-encoding',
	'content-language',
	'content-length',
	'content-range',
	'content-type',
	'etag',
	'last-modified',
	'preference-applied',
	'retry-after',
	'vary'
];

/** A response that never has a body says nothing of one: where the two differ, the next response is misread (RFC 9110, 8.6). */
const NEVER_WITH_BODY: ReadonlySet<number> = new Set([204, 205]);
const ABOUT_BODY = ['content-encoding', 'content-length', 'content-range'];

/** Types that cannot carry a script when a browser opens them; all others, such as HTML and SVG, are offered for download. */
const INERT =
	/^(?:application\/(?:json|pdf|[\w.-]+\+json)|image\/(?!svg)|text\/(?:plain|csv|event-stream)|audio\/|video\/)/i;

/** What is known of a request to a service, beside what its caller says. */
export interface Addition {
	/** The whole header value, such as `Bearer …`; none for a service that gets no token. */
	readonly authorization: string | undefined;
	readonly requestId: string;
	readonly traceparent: string | undefined;
}

/** The headers of a request to a service. */
export function requestHeaders(caller: Headers, hasBody: boolean, added: Addition): Headers {
	const headers = picked(caller, hasBody ? [...FROM_CALLER, ...OF_BODY] : FROM_CALLER);
	// Sizes are counted as they come, and what is passed on is what came.
	headers.set('accept-encoding', 'identity');
	headers.set('x-request-id', added.requestId);
	if (added.traceparent !== undefined) headers.set('traceparent', added.traceparent);
	if (added.authorization !== undefined) headers.set('authorization', added.authorization);
	return headers;
}

/**
 * The headers of a service's response for the caller. Opened in a browser, it never runs with the portal's origin: what could
 * carry a script is downloaded, and whatever is shown is in a sandbox of no origin. The fixed headers add `nosniff`; the origin
 * policy refuses a response as a script, style, worker or frame.
 * @param location where the service's `Location` is at the portal, if it is
 */
export function answerHeaders(
	{ status, headers: service }: Pick<Response, 'status' | 'headers'>,
	location: string | null
): Headers {
	const hasBody = !NEVER_WITH_BODY.has(status);
	const headers = picked(service, hasBody ? FROM_SERVICE : FROM_SERVICE.filter((name) => !ABOUT_BODY.includes(name)));
	headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox");
	const type = headers.get('content-type');
	const isDownload = /^attachment\b/i.test(headers.get('content-disposition') ?? '');
	if (type !== null && !INERT.test(type) && !isDownload) headers.set('content-disposition', 'attachment');
	if (location !== null) headers.set('location', location);
	return headers;
}

function picked(from: Headers, names: readonly string[]): Headers {
	const headers = new Headers();
	for (const name of names) {
		const value = from.get(name);
		if (value !== null) headers.set(name, value);
	}
	return headers;
}
