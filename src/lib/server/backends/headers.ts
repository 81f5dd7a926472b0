/** Request headers that are forwarded to a service. Cookies, credentials and proxy headers are not (docs/security.md U2). */
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
/** Forwarded only if the request has a body. */
const OF_BODY = ['content-type', 'content-length', 'content-encoding'];

/** Response headers that are forwarded. `Location` is rewritten, and all others are dropped (docs/security.md U3). */
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

/**
 * Responses with these statuses never have a body, so headers about one are dropped: a `Content-Length` without a body makes
 * clients misread the next response (RFC 9110, 8.6).
 */
const NEVER_WITH_BODY: ReadonlySet<number> = new Set([204, 205]);
const ABOUT_BODY = ['content-encoding', 'content-length', 'content-range'];

/** Media types that a browser opens without running scripts. All others, such as HTML and SVG, are sent as a download. */
const INERT =
	/^(?:application\/(?:json|pdf|[\w.-]+\+json)|image\/(?!svg)|text\/(?:plain|csv|event-stream)|audio\/|video\/)/i;

/** The headers that the portal adds to a request to a service. */
export interface Addition {
	/** The whole header value, such as `Bearer …`; undefined for a service that gets no token. */
	readonly authorization: string | undefined;
	readonly requestId: string;
	readonly traceparent: string | undefined;
}

export function requestHeaders(caller: Headers, hasBody: boolean, added: Addition): Headers {
	const headers = picked(caller, hasBody ? [...FROM_CALLER, ...OF_BODY] : FROM_CALLER);
	// Size limits count the bytes as they are sent, and the body is forwarded without decoding.
	headers.set('accept-encoding', 'identity');
	headers.set('x-request-id', added.requestId);
	if (added.traceparent !== undefined) headers.set('traceparent', added.traceparent);
	if (added.authorization !== undefined) headers.set('authorization', added.authorization);
	return headers;
}

/**
 * The headers of a service's response, for the caller. A response that a browser opens never runs in the portal's origin: types
 * that can contain scripts are downloaded, and the others are shown in a sandbox with an opaque origin. The fixed headers add
 * `nosniff`. The origin policy refuses requests for a script, style, worker or frame.
 * @param location the portal's address for the service's `Location`; null if there is none
 */
export function responseHeaders(
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
