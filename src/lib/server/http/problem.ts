import * as v from 'valibot';
import { UpstreamError, type UpstreamFault } from './upstream-error';

/** Why a token is refused with a 401 or 403, in characters that a quoted string allows (RFC 6750 3). */
export interface ChallengeFacts {
	readonly error?: 'invalid_token' | 'insufficient_scope' | 'insufficient_user_authentication';
	readonly description?: string;
	/** The scope that the route requires. */
	readonly scope?: string;
	/** The accepted values of the `acr` claim, separated by spaces, and the seconds since the authentication (RFC 9470 3). */
	readonly acrValues?: string | undefined;
	readonly maxAge?: number | undefined;
}

/** The value of `WWW-Authenticate`: how to authenticate, and why the token was refused (RFC 6750 3). */
export function challenge({ error, description, scope, acrValues, maxAge }: ChallengeFacts = {}): string {
	const parameters = {
		realm: 'portal',
		error,
		error_description: description,
		scope,
		acr_values: acrValues,
		max_age: maxAge
	};
	const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
	return `Bearer ${given.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}

interface Entry {
	readonly status: number;
	/** English, safe to show: no names, ids or upstream text. */
	readonly message: string;
	readonly retryAfterSeconds?: number;
	/** The `WWW-Authenticate` of a response that has no details to add (RFC 9110 15.5.2). */
	readonly challenge?: string;
}

/**
 * Every error response of the portal. On wallet routes 404 only means "no such session of yours". What the state of a
 * session or the deployment does not allow is 409, so that no client treats it as a lost session.
 */
const table = {
	invalid_request: { status: 400, message: 'The request is not valid.' },
	unauthorized: {
		status: 401,
		message: 'Sign in first, or send a valid access token.',
		challenge: challenge()
	},
	insufficient_user_authentication: {
		status: 401,
		message: 'This operation requires a stronger or more recent sign-in.'
	},
	forbidden: { status: 403, message: 'The caller is not allowed to perform this operation.' },
	insufficient_scope: { status: 403, message: 'The access token lacks the required scope.' },
	forbidden_origin: { status: 403, message: 'Requests from other sites are refused.' },
	not_found: { status: 404, message: 'Not found, or no longer available.' },
	method_not_allowed: { status: 405, message: 'This method is not allowed here.' },
	request_timeout: { status: 408, message: 'The request took too long to arrive.' },
	payload_too_large: { status: 413, message: 'The request body is too large.' },
	unsupported_media_type: { status: 415, message: 'The media type of the request body is not supported.' },
	headers_too_large: { status: 431, message: 'The request headers are too large.' },
	rate_limited: { status: 429, message: 'Too many requests; try again later.', retryAfterSeconds: 10 },

	session_not_verified: { status: 409, message: 'The wallet has not shared its data.' },
	session_already_completed: { status: 409, message: 'This wallet session is already completed.' },
	wallet_already_responded: { status: 409, message: 'A wallet has already responded in this session.' },
	dc_api_not_offered: {
		status: 409,
		message: 'The Digital Credentials API is not offered for this wallet session.'
	},
	wallet_declined: { status: 409, message: 'The request was declined in the wallet.' },
	credential_refused: { status: 409, message: 'The presentation of the wallet was not accepted.' },
	credential_unchecked: {
		status: 503,
		message: 'The validity of the presentation could not be checked; try again later.',
		retryAfterSeconds: 10
	},
	attribute_missing: { status: 409, message: 'The presentation of the wallet lacks a required attribute.' },
	idv_required: { status: 409, message: 'Identity verification is required first.' },
	idv_not_required: { status: 409, message: 'This session needs no identity verification.' },
	idv_not_started: { status: 409, message: 'No identity verification is in progress.' },
	idv_not_offered: { status: 409, message: 'Identity verification is not offered here.' },
	idv_repeated: { status: 409, message: 'Identity verification was completed, but the Auth Bridge requires it again.' },
	idv_refused: { status: 409, message: 'The identity was not confirmed at the institution.' },
	idv_failed: { status: 409, message: 'The identity verification failed; start it again.' },
	manual_confirmation_not_offered: { status: 409, message: 'Manual confirmation is not offered here.' },
	review_refused: { status: 409, message: 'The identity was not confirmed by the institution.' },
	no_match: { status: 409, message: 'No account matches the presentation of the wallet.' },
	linked_elsewhere: { status: 409, message: 'This wallet is linked to another account.' },
	assurance_too_low: { status: 409, message: 'The assurance level of the identity is too low.' },
	reconciliation_failed: { status: 409, message: 'The wallet could not be linked to an account.' },

	busy: { status: 503, message: 'The portal is busy; try again shortly.', retryAfterSeconds: 5 },
	prefetch_refused: {
		status: 503,
		message: 'This address is not loaded in advance; open it.',
		retryAfterSeconds: 1
	},
	upstream_invalid: { status: 502, message: 'A service behind the portal sent an invalid response.' },
	upstream_unavailable: {
		status: 503,
		message: 'A service behind the portal is not available; try again shortly.',
		retryAfterSeconds: 5
	},
	upstream_timeout: { status: 504, message: 'A service behind the portal took too long; try again.' },
	internal_error: { status: 500, message: 'An internal error occurred.' }
} as const satisfies Record<string, Entry>;

/** Stable codes: the `error` field of error responses. */
export type ProblemCode = keyof typeof table;

export const problems: Readonly<Record<ProblemCode, Entry>> = table;

interface ProblemOptions {
	/** Replaces the message of the table. Must be the portal's own text, never upstream text or a value from a request. */
	readonly message?: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** Where the person signs in again so that a new request succeeds: a path of the portal, for the response. */
	readonly stepUpUrl?: string;
	/** For the log only: codes, hosts and numbers. */
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

/** The refusal of an access token by a route, or for a backend, that accepts none. Another token would be refused as well. */
export function tokenNotAccepted(): Problem {
	const message = 'Access tokens are not accepted here.';
	const header = challenge({ error: 'invalid_token', description: message });
	return new Problem('unauthorized', { message, headers: { 'www-authenticate': header } });
}

/** What can't be done without the shared store. The log then names the store, and not an upstream service. */
export function storeUnavailable(): Problem {
	return new Problem('upstream_unavailable', { facts: { store: 'unavailable' } });
}

/** The text as a problem code; null if it is not one. */
export function problemCodeOf(text: string | null): ProblemCode | null {
	return text !== null && Object.hasOwn(problems, text) ? (text as ProblemCode) : null;
}

/** The code of an error response that Kit creates, such as that of an unknown address. */
export function codeOfStatus(status: number): ProblemCode {
	const found = Object.entries(problems).find(([, entry]) => entry.status === status)?.[0];
	return problemCodeOf(found ?? null) ?? (status >= 500 ? 'internal_error' : 'invalid_request');
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
		const { code: fault, reason, host } = error;
		const details = { ...(reason !== undefined && { reason }), ...(host !== undefined && { host }) };
		return new Problem(byFault[fault], { facts: { fault, ...details } });
	}
	if (error instanceof v.ValiError) return invalidField(fieldOf(error.issues));
	return new Problem('internal_error');
}

/** A 400 that names the field: a dotted path such as `fields.name`, or `body`. */
export function invalidField(field: string): Problem {
	return new Problem('invalid_request', { message: `The field "${field}" is missing or not valid.` });
}

/**
 * The error response of every API route: `{error, message, requestId}`, and `stepUpUrl` if a sign-in helps. The log gets the code
 * from `locals` (`handles/response-headers.ts`).
 */
export function problemResponse(
	problem: Problem | ProblemCode,
	locals: Pick<App.Locals, 'requestId' | 'errorCode'>
): Response {
	const { code, message, status, headers, stepUpUrl } = typeof problem === 'string' ? new Problem(problem) : problem;
	const { requestId } = locals;
	locals.errorCode = code;
	return Response.json({ error: code, message, requestId, ...(stepUpUrl && { stepUpUrl }) }, { status, headers });
}

// The path of an unknown key is text from the request: only what looks like a field name is repeated.
function fieldOf([issue]: readonly v.BaseIssue<unknown>[]): string {
	const path = issue === undefined ? null : v.getDotPath(issue);
	return path !== null && /^[\w.-]{1,100}$/.test(path) ? path : 'body';
}
