import { Problem } from '../http/problem';
import { upstreamUrl } from '../upstream/client';

/** The number of segments of `/api/backends/{name}/`, which precede the service's own path. */
const OWN_SEGMENTS = 4;
/** Characters that a server that decodes twice, or reads `\` as `/`, could interpret as path traversal. */
const AMBIGUOUS = /[/\\]|%(?:2e|2f|5c|25|[01][\da-f]|7f)/i;
/**
 * Characters that a path may contain unencoded (RFC 3986 3.3), and that some services distinguish from their encoding. `;`
 * is not one of them: some servers treat it as the start of parameters, so that `..;` is path traversal.
 */
const PLAIN = /%(?:3A|40|24|26|2B|2C|3D)/g;

/**
 * The service's address for a request to the portal: always the base address or an address below it. Each segment is decoded,
 * checked and encoded again.
 * @param pathname the path of the request, as `URL` returns it: encoded, and without dot segments
 * @throws {Problem} `not_found` for a path that could be interpreted as path traversal
 */
export function backendTarget(baseUrl: string, pathname: string, search: string): URL {
	const base = new URL(baseUrl);
	const raw = pathname.split('/').slice(OWN_SEGMENTS);
	const closes = raw.at(-1) === '';
	const url = upstreamUrl(base, (closes ? raw.slice(0, -1) : raw).map(decoded), search);
	url.pathname = url.pathname.replace(PLAIN, decodeURIComponent) + (closes && !url.pathname.endsWith('/') ? '/' : '');
	if (!isBelow(base, url)) throw new Problem('not_found');
	return url;
}

/**
 * The portal's path for an address that a service returns, such as the `Location` of a created resource. Null if the address is
 * not below the service's base address.
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
	return pathname.replace(/(?<!\/)\/+$/, '');
}

function decoded(segment: string): string {
	try {
		const text = decodeURIComponent(segment);
		// Some servers treat U+FF0E as a full stop, ignore spaces after dots, or end the name at a `;`.
		if (!AMBIGUOUS.test(text) && !/^[.\s]*(?:;|$)|[/\\]/.test(text.normalize('NFKC'))) return text;
	} catch {
		// Not valid UTF-8.
	}
	throw new Problem('not_found');
}
