import * as v from 'valibot';
import { problems, type ProblemCode } from './problem-table';
import { UpstreamError, type UpstreamFault } from './upstream-error';

export type { ProblemCode };

export interface ProblemOptions {
	/** Replaces the message of the table. Must be the portal's own text, never upstream text or a value from a request. */
	readonly message?: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** Where the person signs in again so that a new request succeeds: a path of the portal, for the response. */
	readonly stepUpUrl?: string;
	/** For the log only: codes and numbers. */
	readonly facts?: Readonly<Record<string, string | number>>;
}

/** An error that the client is told about, identified by `code`. */
export class Problem extends Error {
	override readonly name = 'Problem';
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly facts: Readonly<Record<string, string | number>>;
	readonly stepUpUrl: string | undefined;

	constructor(
		readonly code: ProblemCode,
		options: ProblemOptions = {}
	) {
		super(options.message ?? problems[code].message);
		const { status, retryAfterSeconds, challenge } = problems[code];
		this.status = status;
		this.headers = {
			...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
			...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
			...options.headers
		};
		this.facts = options.facts ?? {};
		this.stepUpUrl = options.stepUpUrl;
	}
}

/** The text as a problem code; null if it is not one. */
export function problemCodeOf(text: string | null): ProblemCode | null {
	return text !== null && Object.hasOwn(problems, text) ? (text as ProblemCode) : null;
}

/** Whether a thrown value is a Problem with one of these codes. */
export function isProblem(error: unknown, ...codes: readonly ProblemCode[]): error is Problem {
	return error instanceof Problem && codes.includes(error.code);
}

const byFault: Record<UpstreamFault, ProblemCode> = {
	unreachable: 'upstream_unavailable',
	cancelled: 'upstream_unavailable',
	timeout: 'upstream_timeout',
	too_large: 'upstream_invalid',
	cut_off: 'upstream_invalid',
	bad_response: 'upstream_invalid',
	redirected: 'upstream_invalid',
	not_json: 'upstream_invalid',
	bad_shape: 'upstream_invalid'
};

/** Converts any thrown value to a Problem. An unknown error is a bug, and becomes `internal_error`. */
export function toProblem(error: unknown): Problem {
	if (error instanceof Problem) return error;
	if (error instanceof UpstreamError) {
		const { code: fault, reason } = error;
		return new Problem(byFault[fault], { facts: { fault, ...(reason !== undefined && { reason }) } });
	}
	if (error instanceof v.ValiError) return invalidField(fieldOf(error.issues));
	return new Problem('internal_error');
}

/** A 400 that names the field: a dotted path such as `fields.name`, or `body`. */
export function invalidField(field: string): Problem {
	return new Problem('invalid_request', { message: `The field "${field}" is missing or not valid.` });
}

/**
 * The error response of every API route: `{error, message, requestId}`, and `stepUpUrl` if a sign-in helps. `extra.headers` override the Problem's own headers.
 */
export function problemResponse(
	problem: Problem | ProblemCode,
	requestId: string,
	extra: { readonly headers?: Readonly<Record<string, string>> } = {}
): Response {
	const { code, message, status, headers, stepUpUrl } = typeof problem === 'string' ? new Problem(problem) : problem;
	return Response.json(
		{ error: code, message, requestId, ...(stepUpUrl && { stepUpUrl }) },
		{ status, headers: { ...headers, ...extra.headers } }
	);
}

// The path of an unknown key is text from the request: only what looks like a field name is repeated.
function fieldOf([issue]: readonly v.BaseIssue<unknown>[]): string {
	const path = issue === undefined ? null : v.getDotPath(issue);
	return path !== null && /^[\w.-]{1,100}$/.test(path) ? path : 'body';
}
