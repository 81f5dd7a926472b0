import type { Answer } from './answer';
import { type BodyRule, bodyRule, type BodySettings } from './body-rule';
import { type EntryProblem, refuse } from './refusal';
import { isValidHost, readTarget } from './request-target';
import { answerStatic, type ReadHeader } from './static-answer';
import type { StaticTable } from './static-table';

/** What both runtimes know of a request before any of its body is read. */
export interface Arrival {
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
	return { answer: answerStatic(file, method, header) };
}

function decoded(pathname: string): string {
	if (!pathname.includes('%')) return pathname;
	try {
		return decodeURIComponent(pathname);
	} catch {
		return pathname;
	}
}
