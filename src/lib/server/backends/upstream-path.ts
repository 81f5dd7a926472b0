import { Problem } from '../http/problem';
import { upstreamUrl } from '../upstream/url';

/** `/api/backends/{name}/` in front of a service's own path. */
const OWN_SEGMENTS = 4;
/** What a server that decodes twice, or reads `\` as `/`, would take for a way out. */
const AMBIGUOUS = /[/\\]|%(?:2e|2f|5c|25|[01][\da-f]|7f)/i;
/** Stand for themselves in a path (RFC 3986 3.3), and some services tell them from their encoding; but for `;`, behind
 * which some hide parameters: `..;` is a way out. */
const PLAIN = /%(?:3A|40|24|26|2B|2C|3D)/g;

/**
 * The address at a service that an address of the portal stands for. Never anything but its base address and what lies
 * below: each segment is decoded, judged and encoded anew.
 * @param pathname of the request, as `URL` gives it: encoded, and without dot segments
 * @throws {Problem} `not_found` for a path that could be read as leading elsewhere
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
 * The address of the portal for one that a service names, such as `Location` of what it has made; null for what does not
 * lie below its base address.
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
		// To some servers, U+FF0E is a full stop too, spaces behind dots don't count, and a `;` ends the name.
		if (!AMBIGUOUS.test(text) && !/^[.\s]*(?:;|$)|[/\\]/.test(text.normalize('NFKC'))) return text;
	} catch {
		// Not UTF-8.
	}
	throw new Problem('not_found');
}
