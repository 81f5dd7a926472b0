import { Problem } from '../http/problem';
import { upstreamUrl } from '../upstream/client';
import { withoutTrailingSlash } from '../config/fields';

/** The number of segments of `/api/backends/{name}/`, which precede the backend's own path. */
const OWN_SEGMENTS = 4;
/** Characters that a server that decodes twice, or reads `\` as `/`, could interpret as path traversal. */
const AMBIGUOUS = /[/\\]|%(?:2e|2f|5c|25|[01][\da-f]|7f)/i;
/**
 * Characters that a path may contain unencoded (RFC 3986 3.3), and that some backends distinguish from their encoding. `;`
 * is not one of them: some servers treat it as the start of parameters, so that `..;` is path traversal.
 */
const PLAIN = /%(?:3A|40|24|26|2B|2C|3D)/g;

/**
 * The backend's address for a request to the portal: always the base address or an address below it. Each segment is decoded,
 * checked and encoded again.
 * @param pathname the path of the request, as `URL` returns it: encoded, and without dot segments
 * @throws {Problem} `not_found` for a path that could be interpreted as path traversal
 */
export function backendTarget(baseUrl: string, pathname: string, search: string): URL {
	const base = new URL(baseUrl);
	const raw = pathname.split('/').slice(OWN_SEGMENTS);
	const closes = raw.at(-1) === '';
	const url = upstreamUrl(base, (closes ? raw.slice(0, -1) : raw).map(forwardableSegment), search);
	const prefix = prefixOf(base);
	const own = url.pathname.slice(prefix.length).replace(PLAIN, decodeURIComponent);
	// The base address stays as it is configured, also where it encodes such characters.
	url.pathname = prefix + own + (closes && !url.pathname.endsWith('/') ? '/' : '');
	if (!isBelow(base, url)) throw new Problem('not_found');
	return url;
}

/**
 * The portal's path for an address that a backend returns, such as the `Location` of a created resource. Null if the address is
 * not below the backend's base address.
 * @param asked the address of the request; relative addresses are resolved against it
 */
export function ownPath(name: string, baseUrl: string, address: string, asked: URL): string | null {
	const base = new URL(baseUrl);
	if (!URL.canParse(address, asked)) return null;
	const url = new URL(address, asked);
	if (!isBelow(base, url)) return null;
	return `/api/backends/${name}${url.pathname.slice(prefixOf(base).length)}${url.search}${url.hash}`;
}

function isBelow(base: URL, { origin, pathname }: URL): boolean {
	const prefix = prefixOf(base);
	return origin === base.origin && (pathname === prefix || pathname.startsWith(`${prefix}/`));
}

function prefixOf({ pathname }: URL): string {
	return withoutTrailingSlash(pathname);
}

function forwardableSegment(segment: string): string {
	try {
		const text = decodeURIComponent(segment);
		// Some servers treat U+FF0E as a full stop, ignore spaces after dots, or end the name at a `;`.
		if (!AMBIGUOUS.test(text) && !/^[.\s]*(?:;|$)|[/\\]/.test(text.normalize('NFKC'))) return text;
	} catch {
		// Not valid UTF-8.
	}
	throw new Problem('not_found');
}

/** Request headers that are forwarded to a backend. Cookies, credentials and proxy headers are not (docs/backends.md, "What reaches the backend"). */
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

/** Response headers that are forwarded. `Location` is rewritten, and all others are dropped (docs/backends.md, "What reaches the caller"). */
const FROM_BACKEND = [
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
 * clients misread the next response (RFC 9110 8.6).
 */
const NEVER_WITH_BODY: ReadonlySet<number> = new Set([204, 205]);
const ABOUT_BODY = ['content-encoding', 'content-length', 'content-range'];

/**
 * Media types that a browser opens without running scripts. All others, such as HTML and SVG, are sent as a download. So are several
 * types in one value, of which browsers use the last.
 */
const INERT =
	/^(?:application\/(?:json|pdf|[\w.-]+\+json)|image\/(?!svg)[\w.+-]+|text\/(?:plain|csv|event-stream)|(?:audio|video)\/[\w.+-]+)\s*(?:;[^,]*)?$/i;

/** The headers that the portal adds to a request to a backend. */
interface Addition {
	/** The whole header value, such as `Bearer …`; undefined for a backend that gets no token. */
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
 * The headers of a backend's response, for the caller. A response that a browser opens never runs in the portal's origin: types
 * that can contain scripts are downloaded, and the others are shown in a sandbox with an opaque origin. The fixed headers add
 * `nosniff`. The origin policy refuses requests for a script, style, worker or frame.
 * @param location the portal's address for the backend's `Location`; null if there is none
 */
export function responseHeaders(
	{ status, headers: received }: Pick<Response, 'status' | 'headers'>,
	location: string | null
): Headers {
	const hasBody = !NEVER_WITH_BODY.has(status);
	const headers = picked(received, hasBody ? FROM_BACKEND : FROM_BACKEND.filter((name) => !ABOUT_BODY.includes(name)));
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
