import type { Answer } from './http';
import { type BodyRule, bodyRule, type BodySettings } from './request-body';
import { type EntryProblem, refuse } from './refusal';
import { staticResponse, type ReadHeader, type StaticTable } from './static-files';

/** What both runtimes know of a request before any of its body is read. */
interface Arrival {
	method: string;
	/** The request line's target: a path with query, or an absolute address. */
	target: string;
	header: ReadHeader;
	/** All Host headers, separated by commas; null for none. */
	host: string | null;
	/** Size of the request line's target and all headers. */
	headBytes: number;
}

/** Either the entry's own answer, or the path and query for the application, the path alone, and the rule for the body. */
export type Verdict = { answer: Answer } | { target: string; pathname: string; body: BodyRule };

/** What the gate decides by. */
export interface GateSettings extends BodySettings {
	origin: string;
	files: StaticTable;
}

/**
 * Above this a request is refused, on both runtimes. Node's parser takes twice as much, so that a browser with too many cookies of
 * the domain gets a page that says what to do.
 */
const MAX_HEAD_BYTES = 16_384;

/** Others, such as TRACE, make the platform's own Request throw. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Answers what the application must not or need not see: odd targets and methods, large bodies, public files. */
export function judge(arrival: Arrival, settings: GateSettings): Verdict {
	const { method, header } = arrival;
	const target = isValidHost(arrival.host) ? readTarget(arrival.target, settings.origin) : undefined;
	const refused = (code: EntryProblem, headers?: Record<string, string>) => ({
		answer: refuse(code, { header, ...(target && { pathname: target.pathname }) }, headers)
	});

	if (arrival.headBytes > MAX_HEAD_BYTES) return refused('headers_too_large');
	if (target === undefined) return refused('invalid_request');
	if (!KNOWN_METHODS.has(method)) return refused('method_not_allowed', { allow: [...KNOWN_METHODS].join(', ') });
	const { path, pathname } = target;
	const announced = header('content-length');
	const body = bodyRule(pathname, announced, settings);
	if (announced !== null && Number(announced) > body.limitBytes) return refused('payload_too_large');

	const file = settings.files.get(decoded(pathname));
	if (!file) return { target: path, pathname, body };
	if (method !== 'GET' && method !== 'HEAD') return refused('method_not_allowed', { allow: 'GET, HEAD' });
	return { answer: staticResponse(file, method, header) };
}

function decoded(pathname: string): string {
	if (!pathname.includes('%')) return pathname;
	try {
		return decodeURIComponent(pathname);
	} catch {
		return pathname;
	}
}

/** What a request line's target asks for on the public origin. */
interface RequestTarget {
	/** Path and query, for the application. */
	readonly path: string;
	/** The path alone, as `URL` gives it: without dot segments. */
	readonly pathname: string;
}

/**
 * Reads a request line's target (RFC 9112, 3.2); `undefined` where there is none to serve. A target glued to the origin
 * unread could change the host: `x://y` behind `https://portal.example` names another one.
 */
function readTarget(target: string, origin: string): RequestTarget | undefined {
	if (target.startsWith('/')) {
		const url = parsedUrl(origin + target);
		return url && { path: target, pathname: url.pathname };
	}
	// On Deno the target is the request's whole address, which takes its host from HTTP/2's `:authority` too.
	const host = /^https?:\/\/([^/?#]*)/i.exec(target)?.[1];
	const url = host !== undefined && isValidHost(host) ? parsedUrl(target) : undefined;
	return url && { path: url.pathname + url.search, pathname: url.pathname };
}

/** A host name, IPv4 or bracketed IPv6 address, and a port (RFC 9112 3.2). */
const HOST = /^(?:[\w.-]{1,255}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * Whether a request names a host that can be one. Deno makes the request's address of it: `x/api/health?` would be another path.
 * Which host it is does not matter, because AUTH_URL is the only origin; HTTP/1.0 names none.
 * @param host all Host headers, separated by commas: more than one is an error
 */
function isValidHost(host: string | null): boolean {
	return host === null || HOST.test(host);
}

/** `undefined` for what is no address. */
function parsedUrl(text: string): URL | undefined {
	try {
		return new URL(text);
	} catch {
		return undefined;
	}
}
