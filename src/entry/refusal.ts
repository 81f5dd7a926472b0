import { newRequestId } from '../lib/server/http/request-id';
import { type ProblemCode, problems } from '../lib/server/http/problem-table';
import { log } from '../lib/server/log';
import { countRefusal, type Refusal } from '../lib/server/metrics';
import type { Answer } from './answer';
import { decodedPath } from './body-rule';
import { refusalLog } from './refusal-log';
import { refusalPage } from './refusal-page';
import type { ReadHeader } from './static-answer';

/** Refusals that the entry gives itself. */
export type EntryProblem = Extract<
	ProblemCode,
	| 'invalid_request'
	| 'method_not_allowed'
	| 'request_timeout'
	| 'payload_too_large'
	| 'headers_too_large'
	| 'internal_error'
>;

const REASONS: Readonly<Partial<Record<EntryProblem, Refusal>>> = {
	invalid_request: 'malformed',
	method_not_allowed: 'malformed',
	request_timeout: 'slow_request',
	payload_too_large: 'body_size',
	headers_too_large: 'header_size'
};

/** What is known of a refused request. */
export interface RefusedRequest {
	/** Of its address, as `URL` gives it; absent where it could not be read. */
	pathname?: string;
	header: ReadHeader;
}

/**
 * Refuses a request before the application sees it: a page for a person, `{error, message, requestId}` for a program. Counted, and
 * logged with the request's id as far as a flood leaves room.
 */
export function refuse(code: EntryProblem, request: RefusedRequest, headers: Record<string, string> = {}): Answer {
	const reason = REASONS[code];
	if (reason) countRefusal(reason);
	const requestId = newRequestId();
	refusalLog.write({ requestId, code, status: problems[code].status });
	return answerWith(code, requestId, request, headers);
}

/** The response to a fault of ours that the application did not catch. */
export function internalError(error: unknown, request: RefusedRequest): Answer {
	const requestId = newRequestId();
	log.error('a request failed outside the application', { requestId, error });
	return answerWith('internal_error', requestId, request, {});
}

function answerWith(
	code: EntryProblem,
	requestId: string,
	request: RefusedRequest,
	headers: Record<string, string>
): Answer {
	const { status, message } = problems[code];
	const page = isForPerson(request) ? refusalPage(code, requestId, request.header) : undefined;
	const text = page?.html ?? JSON.stringify({ error: code, message, requestId });
	const body = new TextEncoder().encode(text);
	return {
		status,
		headers: {
			...headers,
			...page?.headers,
			'cache-control': 'no-store',
			'content-type': page ? 'text/html; charset=utf-8' : 'application/json',
			'content-length': String(body.length),
			'x-request-id': requestId,
			// What is left of the request is not read.
			...(status === 408 && { connection: 'close' })
		},
		body
	};
}

function isForPerson({ pathname = '', header }: RefusedRequest): boolean {
	const isApi = /^\/api(?:\/|$)/.test(decodedPath(pathname) ?? '');
	return !isApi && (header('accept')?.includes('text/html') ?? false);
}
