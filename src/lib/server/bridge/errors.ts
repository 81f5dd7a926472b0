import * as v from 'valibot';
import type { UpstreamResponse } from '../upstream/client';
import type { SessionStatusValue } from '$lib/wallet/wallet-session';
import { Problem, type ProblemCode, problems } from '../http/problem';

/** The operations of the Auth Bridge. The log names them, and the meaning of an error response depends on them. */
export type Operation =
	| 'createSession'
	| 'readStatus'
	| 'submitDcApi'
	| 'complete'
	| 'initiateIdv'
	| 'finishIdv'
	| 'readIdvStatus'
	| 'submitIdv'
	| 'listBindings'
	| 'removeBinding';

/** An error of the Auth Bridge, in any format. `code` is upper case with underscores. `message` is never shown to people. */
interface BridgeFault {
	readonly code: string | null;
	readonly message: string;
	/** The HTTP status, or the status in the `code` of a response in the old format. */
	readonly status: number;
}

const text = v.fallback(v.optional(v.union([v.string(), v.number()])), undefined);
const Inner = v.object({ code: text, message: text });

/** The three formats: flat `{error, error_description}`, old `{code, message}` and nested `{error: {code, message}}`. */
const ErrorResponse = v.object({
	error: v.fallback(v.optional(v.union([v.string(), Inner])), undefined),
	error_description: text,
	code: text,
	message: text
});

export function readFault(response: UpstreamResponse): BridgeFault {
	const result = v.safeParse(ErrorResponse, response.json);
	if (!result.success) return { code: null, message: '', status: response.status };
	const { error, error_description, code, message } = result.output;
	const inner = typeof error === 'object' ? error : { code: error ?? code, message: error_description ?? message };
	const named = String(inner.code ?? '').trim();
	const namesStatus = /^[2-5]\d\d$/.test(named);
	return {
		code: namesStatus ? null : codeFrom(named),
		message: String(inner.message ?? '').slice(0, 1000),
		status: namesStatus ? Number(named) : response.status
	};
}

// Frameworks write the code as a phrase ("Not Found"). A longer text, or one that contains an id, is a message, not a code.
function codeFrom(named: string): string | null {
	const code = named.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
	return /^[A-Z][A-Z0-9_]{0,39}$/.test(code) && !/[0-9A-F]{12}/.test(code) ? code : null;
}

/** `absent`, `rejected` and `conflict` do not have one meaning; it depends on the operation. */
type Verdict = ProblemCode | 'absent' | 'rejected' | 'conflict';

const byCode: Readonly<Record<string, Verdict>> = {
	SESSION_NOT_FOUND: 'not_found',
	SESSION_EXPIRED: 'not_found',
	SESSION_NOT_VERIFIED: 'session_not_verified',
	SESSION_ALREADY_COMPLETED: 'session_already_completed',
	SESSION_NOT_IDV_REQUIRED: 'idv_not_required',
	IDV_REQUIRED: 'idv_required',
	NO_RECONCILIATION_SESSION: 'idv_not_started',
	NO_RECONCILIATION_MAPPING: 'no_match',
	RECONCILIATION_FAILED: 'reconciliation_failed',
	USER_NOT_FOUND: 'no_match',
	USER_IDENTIFIER_NOT_FOUND: 'attribute_missing',
	VERIFIED_DATA_MISSING: 'attribute_missing',
	CLAIMS_MAPPING_FAILED: 'attribute_missing',
	HOLDER_KEY_EXTRACTION_FAILED: 'credential_refused',
	SESSION_STORE_FAILED: 'upstream_unavailable',
	QUERY_ID_REQUIRED: 'upstream_invalid',
	INVALID_REQUEST_BODY: 'rejected'
};

// Patterns for codes that are not listed above. The first match wins.
const byFamily: readonly (readonly [RegExp, Verdict])[] = [
	[/NO_MATCH|MATCH_NOT_FOUND/, 'no_match'],
	[/ALREADY_LINKED|LINKED_ELSEWHERE|BINDING_(?:CONFLICT|EXISTS)/, 'linked_elsewhere'],
	[/ASSURANCE|(?:^|_)(?:LOA|ACR)(?:_|$)/, 'assurance_too_low'],
	[/^REVIEW_(?:REJECTED|REFUSED|DENIED|FAILED)$/, 'review_refused'],
	[/^IDV_(?:REJECTED|REFUSED|DECLINED|DENIED|CANCELLED)$/, 'idv_refused'],
	[/^IDV_(?:FAILED|ERROR|EXPIRED)$/, 'idv_failed'],
	[/^VP_VALIDATION_|^CREDENTIAL_(?:EXPIRED|REVOKED|INVALID|REFUSED)$/, 'credential_refused'],
	[/^(?:CREDENTIAL_)?STATUS_(?:LIST_)?(?:UNAVAILABLE|UNREACHABLE)$/, 'credential_unchecked'],
	[/FAIL_CLOSED/, 'reconciliation_failed'],
	[/^(?:SESSION|STATE)_(?:UNKNOWN|GONE)$/, 'not_found'],
	[/(?:^|_)NOT_FOUND$/, 'absent']
];

const DECLINED = /ACCESS_DENIED|DECLINED|CANCELL?ED|^(?:USER|WALLET)_(?:DENIED|REFUSED|REJECTED)$/;
const SESSION_IS_GONE = /SESSION_(?:\w+_)?(?:NOT_FOUND|EXPIRED|DOES_NOT_EXIST)|(?:NO|UNKNOWN|EXPIRED)_SESSION(?:_|$)/;

const inOperation: Readonly<Partial<Record<Operation, Partial<Record<Verdict, ProblemCode>>>>> = {
	submitDcApi: {
		rejected: 'invalid_request',
		conflict: 'wallet_already_responded',
		session_already_completed: 'wallet_already_responded',
		absent: 'dc_api_not_offered'
	},
	complete: { rejected: 'session_not_verified', conflict: 'session_not_verified' },
	initiateIdv: { conflict: 'idv_not_required' },
	finishIdv: { rejected: 'idv_failed', conflict: 'idv_failed', absent: 'idv_failed', no_match: 'idv_failed' },
	submitIdv: { rejected: 'invalid_request', conflict: 'idv_not_started', absent: 'manual_confirmation_not_offered' }
};
const anywhere: Readonly<Record<'absent' | 'rejected' | 'conflict', ProblemCode>> = {
	absent: 'not_found',
	rejected: 'upstream_invalid',
	conflict: 'upstream_invalid'
};

/**
 * Maps an error response of the Auth Bridge to a problem: by its code, otherwise by its message (one variant of the service
 * responds with 500 to every error, "not found" included), otherwise by its HTTP status. The message is not passed on.
 */
export function problemOf(operation: Operation, response: UpstreamResponse): Problem {
	const fault = readFault(response);
	const verdict = verdictByCode(fault.code) ?? verdictByMessage(fault.message) ?? verdictByStatus(fault, operation);
	const code = inOperation[operation]?.[verdict] ?? settled(verdict);
	const hint = hintFor(fault, verdict, operation);
	return new Problem(isAboutSession(code) && operation === 'createSession' ? 'upstream_invalid' : code, {
		facts: {
			upstream: 'auth-bridge',
			operation,
			upstreamStatus: response.status,
			...(fault.code !== null && { upstreamCode: fault.code }),
			...(hint !== undefined && { hint })
		}
	});
}

/** Codes about the state of a session. They make no sense while it is created. */
function isAboutSession(code: ProblemCode): boolean {
	const { status } = problems[code];
	return status === 404 || status === 409;
}

/** What the operator should check, if the response is about the portal and not about a session or a person. */
function hintFor({ status, code }: BridgeFault, verdict: Verdict, operation: Operation): string | undefined {
	if (verdict === 'upstream_invalid' && (status === 401 || status === 403))
		return 'the Auth Bridge refuses the access token: check AUTH_BRIDGE_CLIENT_ID and the settings that go with it; for signed-in people STS_SCOPE and STS_RESOURCE';
	// A new session depends on no other one, so its 404 is about the address.
	if (operation === 'createSession' && status === 404 && code === null)
		return 'the Auth Bridge has no such address: check the path of AUTH_BRIDGE_URL';
	return undefined;
}

/** Why a session failed, from the `errorCode` of its status; undefined if that code is null or unknown. */
export function failureOf(errorCode: string | null): ProblemCode | undefined {
	const verdict = verdictByCode(errorCode);
	if (verdict !== undefined) return settled(verdict);
	return errorCode !== null && DECLINED.test(errorCode) ? 'wallet_declined' : undefined;
}

/**
 * The statuses in a response to `idv/callback` or `idv/submit` that say that identity verification failed, with the problem
 * code if the response has no `errorCode`. After `IDV_REQUIRED`, the session allows another one.
 */
export const failedIdvCodes: Readonly<Partial<Record<SessionStatusValue, ProblemCode>>> = {
	FAILED: 'reconciliation_failed',
	ERROR: 'idv_failed',
	IDV_REQUIRED: 'idv_failed',
	VP_VALIDATION_FAILED: 'credential_refused',
	EXPIRED: 'not_found'
};

/**
 * The words of a message that may be error codes: a single word, or words joined by underscores. The rest of the message is
 * dropped, because it may contain session ids and names. `failureOf` decides which of the words are codes.
 */
export const codesInText = v.fallback(
	v.pipe(
		v.string(),
		v.maxLength(1000),
		v.transform((text) => {
			const words = /^\s*[a-z]\w{0,63}\s*$/i.test(text) ? [text.trim()] : text.match(/\b[a-z]+(?:_[a-z]+)+\b/gi);
			return (words ?? []).map((word) => word.toUpperCase());
		})
	),
	[]
);
function verdictByCode(code: string | null): Verdict | undefined {
	if (code === null) return undefined;
	return Object.hasOwn(byCode, code) ? byCode[code] : byFamily.find(([family]) => family.test(code))?.[1];
}

// A message may spell out a code: "Session not verified: …" is SESSION_NOT_VERIFIED.
function verdictByMessage(message: string): Verdict | undefined {
	const words = message.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
	const named = Object.keys(byCode).find((code) => words.includes(code));
	if (named !== undefined) return byCode[named];
	if (SESSION_IS_GONE.test(words)) return 'not_found';
	return /^_?NOT_FOUND_?$/.test(words) ? 'absent' : undefined;
}

/** Operations that not every Auth Bridge offers. */
const OPTIONAL: ReadonlySet<Operation> = new Set(['submitDcApi', 'submitIdv']);

function verdictByStatus({ status }: BridgeFault, operation: Operation): Verdict {
	if (status === 404 || status === 410) return 'absent';
	if (OPTIONAL.has(operation) && (status === 405 || status === 501)) return 'absent';
	if (status === 400 || status === 422) return 'rejected';
	if (status === 409) return 'conflict';
	if (status === 408 || status === 504) return 'upstream_timeout';
	if (status === 429 || status === 502 || status === 503) return 'upstream_unavailable';
	return 'upstream_invalid';
}

function settled(verdict: Verdict): ProblemCode {
	return verdict === 'absent' || verdict === 'rejected' || verdict === 'conflict' ? anywhere[verdict] : verdict;
}
