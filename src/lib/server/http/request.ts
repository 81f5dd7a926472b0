import type { RouteId } from '$app/types';
import type { RequestEvent } from '@sveltejs/kit';

/**
 * Who sends a request, and which form of response the client expects. These functions use the route that Kit has matched,
 * never the raw path: `/%61pi/me` is also the route `/api/me`.
 */
type RoutedRequest = Pick<RequestEvent, 'request' | 'route' | 'url'>;

/** A route without its groups, such as `/api/wallet/sessions/[id]/status`. Kit generates the ids of the routes. */
export type RoutePath = WithoutGroup<RouteId>;
type WithoutGroup<Id extends string> = Id extends `/(${string})${infer Path}` ? (Path extends '' ? '/' : Path) : Id;

/** API routes for browsers only: links, forms and redirects of pages lead to them, and API clients do not call them. */
const BROWSER_ROUTES: ReadonlySet<string> = new Set<RoutePath>([
	'/api/auth/signin/[provider]',
	'/api/auth/signout',
	'/api/auth/callback/[provider]'
]);
/** Where an institution sends a person's browser back to. An API client may call it as well. */
const IDV_CALLBACK: RoutePath = '/api/wallet/sessions/[id]/idv/callback';

/** Whether a person may read the refusals of a route: it is outside the API, or pages lead a browser to it. */
export function isReadByPeople(route: string): boolean {
	return !isBelowApi(route) || BROWSER_ROUTES.has(route) || route === IDV_CALLBACK;
}

/** The matched route; null when no route matches. */
export function routePath({ route }: Pick<RequestEvent, 'route'>): RoutePath | null {
	if (route.id === null) return null;
	return (route.id.replaceAll(/\/\([^)]*\)/g, '') || '/') as RoutePath;
}

/**
 * Whether a request is for the API. An address without a route is classified by its path, which decides the form of the
 * 404.
 */
export function isApi(event: Pick<RequestEvent, 'route' | 'url'>): boolean {
	const route = routePath(event);
	return route === null ? isApiPath(event.url.pathname) : isBelowApi(route);
}

/** Whether the path of a URL is below `/api`, once it is decoded. A malformed path is taken as it is. */
export function isApiPath(pathname: string): boolean {
	return isBelowApi(decodedPath(pathname) ?? pathname);
}

const isBelowApi = (path: string) => /^\/api(?:\/|$)/.test(path);

/** Decodes a path as Kit does before it matches a route: `/%61pi` is `/api`. Undefined if the path is malformed. */
export function decodedPath(pathname: string): string | undefined {
	if (!pathname.includes('%')) return pathname;
	try {
		return pathname.split('%25').map(decodeURI).join('%25');
	} catch {
		return undefined;
	}
}

/** Decodes a percent-encoded text; a malformed one is returned unchanged. */
export function percentDecoded(text: string): string {
	if (!text.includes('%')) return text;
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** Whether a route is one of these, or below one of them. */
export function isWithin(route: string | null, folders: readonly string[]): boolean {
	return folders.some((folder) => route === folder || route?.startsWith(`${folder}/`));
}

/**
 * Whether a request comes from an API client with its own access token. Such a request never falls back to a cookie
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

/** Whether the client accepts a page. Other clients accept JSON, or anything. */
export function wantsPage(request: Request): boolean {
	return request.headers.get('accept')?.includes('text/html') ?? false;
}

/** Whether a browser opens the address itself, rather than a script, an image or a frame on a page. */
export function isPageNavigation(request: Request): boolean {
	const { headers, method } = request;
	const isDocument = (headers.get('sec-fetch-dest') ?? 'document') === 'document';
	return method === 'GET' && wantsPage(request) && isDocument;
}

/** Whether a person reads the refusal of this request. Without a route, the form of the refusal depends on the path. */
export function expectsPage(event: RoutedRequest): boolean {
	const route = routePath(event);
	return wantsPage(event.request) && (route === null ? !isApi(event) : isReadByPeople(route));
}

/** Headers with which browsers mark what they load for a page that is not open yet (Fetch, `Sec-Purpose`). */
const purposeHeaders = ['sec-purpose', 'purpose', 'x-moz', 'x-purpose'];

/** Whether a request is a `HEAD` or a prefetch. Such a request must not start or redeem anything. */
export function isLookAhead({ method, headers }: Request): boolean {
	return (
		method === 'HEAD' || purposeHeaders.some((name) => /prefetch|prerender|preview/i.test(headers.get(name) ?? ''))
	);
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

/**
 * The key of a per-address limit. An IPv4 address is returned unchanged. An IPv6 address is reduced to its /64, because one
 * host may use all 2^64 addresses of it (RFC 4291 2.5.4; RFC 7934). IPv4-mapped IPv6 addresses count as IPv4 (RFC 4291,
 * 2.5.5.2).
 * @param address IPv4 or IPv6 in any spelling, with or without a zone; anything else is returned unchanged
 * @returns such as `192.0.2.1` or `2001:db8:0:1::/64`
 */
export function networkOf(address: string): string {
	const [unzoned = ''] = address.split('%');
	if (!unzoned.includes(':') || !URL.canParse(`http://[${unzoned}]`)) return address;
	const groups = groupsOf(unzoned);
	const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
	if (isMapped)
		return groups
			.slice(6)
			.map((group) => `${group >> 8}.${group & 0xff}`)
			.join('.');
	return `${groups
		.slice(0, 4)
		.map((group) => group.toString(16))
		.join(':')}::/64`;
}

/**
 * The network of a client, so that a line of a log does not identify one device: /24 of an IPv4 address, /48 of an IPv6
 * address. Anything that is not an address becomes undefined.
 */
export function truncatedNetworkOf(address: string): string | undefined {
	const network = networkOf(address);
	const ipv4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(network)?.[1];
	if (ipv4 !== undefined) return `${ipv4}.0/24`;
	const ipv6 = /^((?:[\da-f]{1,4}:){2}[\da-f]{1,4}):[\da-f]{1,4}::\/64$/.exec(network)?.[1];
	return ipv6 && `${ipv6}::/48`;
}

/** The eight 16-bit groups of an IPv6 address. The URL parser normalizes every spelling. */
function groupsOf(address: string): number[] {
	const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
	const parse = (text = '') =>
		text
			.split(':')
			.filter(Boolean)
			.map((group) => parseInt(group, 16));
	const [before, after] = [parse(head), parse(tail)];
	return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/**
 * Names of browsers and systems as people know them. The list is short on purpose: it is for a person who has to recognize
 * their own devices.
 */
export const browserNames = [
	'Edge',
	'Opera',
	'Samsung Internet',
	'DuckDuckGo',
	'Vivaldi',
	'Firefox',
	'Chrome',
	'Safari'
] as const;
type BrowserName = (typeof browserNames)[number];

export const systemNames = ['iPhone', 'iPad', 'Android', 'Windows', 'ChromeOS', 'Mac', 'Linux'] as const;
type SystemName = (typeof systemNames)[number];

/** A browser in words. Null: the user agent names none that is listed. */
export interface BrowserWords {
	readonly browser: BrowserName | null;
	readonly system: SystemName | null;
}

/**
 * What a user agent contains, the most specific first: most browsers also name the browsers that they are compatible with
 * (RFC 9110 10.1.5).
 */
const browsers: readonly (readonly [RegExp, BrowserName])[] = [
	[/\bEdg(?:e|A|iOS)?\//, 'Edge'],
	[/\b(?:OPR|OPT|Opera)\//, 'Opera'],
	[/\bSamsungBrowser\//, 'Samsung Internet'],
	[/\b(?:DuckDuckGo|Ddg)\//, 'DuckDuckGo'],
	[/\bVivaldi\//, 'Vivaldi'],
	[/\b(?:Firefox|FxiOS)\//, 'Firefox'],
	[/\b(?:Chrome|Chromium|CriOS)\//, 'Chrome'],
	[/\bVersion\/\S+ (?:Mobile\/\S+ )?Safari\//, 'Safari']
];

const systems: readonly (readonly [RegExp, SystemName])[] = [
	[/\biPhone\b/, 'iPhone'],
	[/\biPad\b/, 'iPad'],
	[/\bAndroid\b/, 'Android'],
	[/\bWindows\b/, 'Windows'],
	[/\bCrOS\b/, 'ChromeOS'],
	[/\bMacintosh\b/, 'Mac'],
	[/\bLinux\b/, 'Linux']
];

/** User agents of browsers have about 150 characters. */
const MAX_USER_AGENT_CHARACTERS = 512;

/**
 * Reads the browser and the system from a `User-Agent` header. This is a hint for people and decides nothing: a client can
 * send any text, an iPad names itself a Mac, and some browsers name themselves Chrome.
 */
export function browserWords(userAgent: string | null): BrowserWords {
	const text = (userAgent ?? '').slice(0, MAX_USER_AGENT_CHARACTERS);
	const named = <Name>(table: readonly (readonly [RegExp, Name])[]) =>
		table.find(([pattern]) => pattern.test(text))?.[1] ?? null;
	return { browser: named(browsers), system: named(systems) };
}
