import type { Answer } from './answer';
import { announcesTooMuch } from './body-cap';
import { type BodyRule, bodyRule, type BodySettings } from './body-rule';
import { problemAnswer } from './problem';
import { readTarget } from './request-target';
import { answerStatic, type ReadHeader } from './static-answer';
import type { StaticTable } from './static-table';

/** What both runtimes know of a request before any of its body is read. */
export interface Arrival {
	method: string;
	/** The request line's target: a path with query, or an absolute address. */
	target: string;
	header: ReadHeader;
}

/** Either the entry's own answer, or the path and query to hand to the application, and what holds for the body. */
export type Verdict = { answer: Answer } | { target: string; body: BodyRule };

/** What the gate decides by. */
export interface GateSettings extends BodySettings {
	origin: string;
	files: StaticTable;
}

/** Others, such as TRACE, make the platform's own Request throw. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Answers what the application must not or need not see: odd targets and methods, large bodies, public files. */
export function judge(arrival: Arrival, settings: GateSettings): Verdict {
	const { method, header } = arrival;
	const refuse = (code: Parameters<typeof problemAnswer>[0], headers?: Record<string, string>) => ({
		answer: problemAnswer(code, crypto.randomUUID(), headers)
	});

	const target = readTarget(arrival.target, settings.origin);
	if (target === undefined) return refuse('invalid_request');
	if (!KNOWN_METHODS.has(method)) {
		return refuse('method_not_allowed', { allow: [...KNOWN_METHODS].join(', ') });
	}
	const { path, pathname } = target;
	const body = bodyRule(pathname, settings);
	if (announcesTooMuch(header('content-length'), body.limitBytes)) return refuse('payload_too_large');

	const file = settings.files.get(decoded(pathname));
	if (!file) return { target: path, body };
	if (method !== 'GET' && method !== 'HEAD') return refuse('method_not_allowed', { allow: 'GET, HEAD' });
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
