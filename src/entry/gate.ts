import { isApiPath, percentDecoded } from '../lib/server/http/request';
import type { EntryResponse, ReadHeader } from './http';
import { type BodyRule, bodyRule, type BodySettings } from './request-body';
import { type EntryProblem, refuse } from './refusal';
import { staticResponse, type StaticTable } from './static-files';

/** The head of a request, before its body is read. */
interface RequestHead {
	method: string;
	/** The request line's target: a path with query, or an absolute address. */
	target: string;
	header: ReadHeader;
	/** All Host headers, separated by commas; null if there is none, and none is needed. */
	host: string | null;
	/** Size of the request line's target and all headers. */
	headBytes: number;
}

/** Either a response of the entry, or the path with query for the application, the path alone, and the rule for the body. */
export type GateResult = { response: EntryResponse } | { target: string; pathname: string; body: BodyRule };

export interface GateSettings extends BodySettings {
	origin: string;
	files: StaticTable;
}

/**
 * The limit for the request line's target and all headers, on both runtimes. Node's parser accepts twice as much, so that a browser
 * with too many cookies of the domain gets a page that explains what to do.
 */
const MAX_HEAD_BYTES = 16_384;

/** The `Request` constructor throws for others, such as TRACE. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Checks a request, and responds to those that the application must not or need not handle: invalid ones, and public files. */
export function checkRequest(head: RequestHead, settings: GateSettings): GateResult {
	const { method, header } = head;
	const target = isValidHost(head.host) ? readTarget(head.target, settings.origin) : undefined;
	const refused = (code: EntryProblem, headers?: Record<string, string>) => ({
		response: refuse(code, { header, pathname: target?.pathname }, headers)
	});

	if (head.headBytes > MAX_HEAD_BYTES) return refused('headers_too_large');
	if (target === undefined) return refused('invalid_request');
	if (!KNOWN_METHODS.has(method)) return refused('method_not_allowed', { allow: [...KNOWN_METHODS].join(', ') });
	const { path, pathname } = target;
	const contentLength = header('content-length');
	// Deno joins equal ones to a list: every other reader of the length would take it for none (RFC 9112 6.3).
	if (contentLength !== null && !/^\d+$/.test(contentLength)) return refused('invalid_request');
	const body = bodyRule(pathname, contentLength, settings);
	if (contentLength !== null && Number(contentLength) > body.limitBytes) return refused('payload_too_large');

	const file = settings.files.get(percentDecoded(pathname));
	if (!file) return { target: path, pathname, body };
	if (method !== 'GET' && method !== 'HEAD') return refused('method_not_allowed', { allow: 'GET, HEAD' });
	try {
		return { response: staticResponse(file, method, header) };
	} catch (error) {
		// Removed after the start, before its first request: the application responds with 404, as to an unknown path.
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { target: path, pathname, body };
		throw error;
	}
}

/** A request line's target on the public origin. */
interface RequestTarget {
	/** Path and query. */
	readonly path: string;
	/** The path alone, as `URL` returns it: without dot segments. */
	readonly pathname: string;
}

/**
 * Parses a request line's target (RFC 9112 3.2); `undefined` if it is not valid. Appended to the origin without a check, a target
 * could change the host: `https://portal.example` + `.evil.example/`.
 */
export function readTarget(target: string, origin: string): RequestTarget | undefined {
	if (target.startsWith('/')) {
		const url = parsedUrl(origin + target);
		return url && { path: pathForKit(url) ?? target, pathname: url.pathname };
	}
	// On Deno the target is an absolute URL, whose host may come from HTTP/2's `:authority`.
	const host = /^https?:\/\/([^/?#]*)/i.exec(target)?.[1];
	const url = host !== undefined && isValidHost(host) ? parsedUrl(target) : undefined;
	return url && { path: pathForKit(url) ?? url.pathname + url.search, pathname: url.pathname };
}

/**
 * Escapes what SvelteKit handles before it looks for a route and calls the hooks: the data of pages below `/api`, which has none, server-side
 * resolution of routes and remote functions, which the portal does not use. The path then matches a route, such as that of a backend, or none.
 * @returns undefined if there is nothing to escape
 */
function pathForKit({ pathname, search }: URL): string | undefined {
	if (pathname.startsWith('/_app/remote/')) return `/_app/remote%2F${pathname.slice('/_app/remote/'.length)}${search}`;
	const [end] = /(?:(?:\/|\.html)__data\.json|\/__route\.js)$/.exec(pathname) ?? [];
	if (end === undefined || (end !== '/__route.js' && !isApiPath(pathname))) return undefined;
	const dot = pathname.lastIndexOf('.');
	return `${pathname.slice(0, dot)}%2E${pathname.slice(dot + 1)}${search}`;
}

/** A host name, IPv4 or bracketed IPv6 address, and a port (RFC 9112 3.2). */
const HOST = /^(?:[\w.-]{1,255}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * Whether the Host header is valid. Deno builds the request's URL from it: with `x/api/health?` the path would change. The value is
 * not compared, because AUTH_URL is the only origin. Requests of HTTP/1.0 may have none; Deno does not tell the version.
 * @param host all Host headers, separated by commas: more than one is an error
 */
function isValidHost(host: string | null): boolean {
	return host === null || HOST.test(host);
}

/** `undefined` if the text is not a URL. */
function parsedUrl(text: string): URL | undefined {
	try {
		return new URL(text);
	} catch {
		return undefined;
	}
}
